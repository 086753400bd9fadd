-- Begins a try, or tells how long to wait. KEYS[1]: whose failures. ARGV: failures without a delay, the longest delay in
-- milliseconds. Answers whether it may be tried (1 or 0), and in how many milliseconds else. Time is this server's.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local known = redis.call('HMGET', KEYS[1], 'failures', 'last')
local failures = tonumber(known[1]) or 0
local last = math.min(tonumber(known[2]) or now, now)
local over = failures - tonumber(ARGV[1])
if failures > 0 and over >= 0 then
  local wait = last + math.min(1000 * 2 ^ math.min(over, 20), tonumber(ARGV[2])) - now
  if wait > 0 then return { 0, math.ceil(wait) } end
end
redis.call('HSET', KEYS[1], 'failures', failures + 1, 'last', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], 3600000)
return { 1, 0 }
