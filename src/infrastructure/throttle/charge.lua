-- Charges a budget, or refuses to. KEYS[1]: the budget. ARGV: microseconds in which one point comes back, points of a
-- full budget, points to charge. Answers whether it was paid (1 or 0), and in how many microseconds the budget is full.
-- The key holds the moment when it is full, by this server's clock, and goes away then.
local function owe(now, debt)
  redis.call('SET', KEYS[1], string.format('%.0f', now + debt), 'PX', math.ceil(debt / 1000) + 1)
end

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval = tonumber(ARGV[1])
local whole = interval * tonumber(ARGV[2])
local debt = (tonumber(redis.call('GET', KEYS[1])) or now) - now
if debt < 0 then debt = 0 end
-- More than the whole is never owed: a clock that was set back must not shut anybody out.
if debt > whole then
  debt = whole
  owe(now, debt)
end
local after = debt + interval * tonumber(ARGV[3])
-- Rounding must not refuse what exactly fits.
if after > whole + 0.5 then return { 0, math.ceil(debt) } end
owe(now, after)
return { 1, math.ceil(after) }
