//! What settings are called.

/// What a setting is called, what it means, and its default: shown by `vitrine --help`.
pub const HELP: &str =
    "Settings, from vitrine.toml (lower case, without VITRINE_) or the environment, which wins:
  DATABASE_URL            sqlite:PATH or postgres://...             [sqlite:vitrine.db]
  VITRINE_LISTEN          where to listen                           [127.0.0.1:8080]
  VITRINE_METRICS_LISTEN  where /metrics is served                  [in development: LISTEN, for this machine]
  VITRINE_PROFILE         development or production                 [production]
  VITRINE_ACCEPT_UNSAFE   unsafe settings to start with, by name    [none: they are refused]
  VITRINE_INTROSPECTION   on or off: clients may read the schema    [on in development]
  VITRINE_GRAPHIQL        on or off: /graphiql is served            [on in development]
  VITRINE_DOCUMENTS       open, observe or trusted, for callers
                          without a registered client app           [trusted; open in development]
  VITRINE_CONNECTIONS     connections that read at a time, 1-1000   [8]
  VITRINE_DEADLINE_MS     how long an operation may take, 3000-60000 [5000]
  VITRINE_COST_LIMIT      objects that an operation may return      [20000]
  VITRINE_QUANTITY_CAP    most pieces in stock that are told        [100]
  VITRINE_HTTP_CONNECTIONS  most connections of clients at a time   [10000]
  VITRINE_HTTP_CONNECTIONS_PER_ADDRESS  most of them from one address [1000]
  VITRINE_SOCKETS         most sockets at a time                    [5000]
  VITRINE_SOCKETS_PER_ADDRESS  most of them from one address        [100]
  VITRINE_MEDIA           folder of the files below /media          [none]
  VITRINE_WISHLIST_DAYS   how long visitors' wishlists stay that nobody
                          changes, 1-3650                           [90]
  VITRINE_PUBLIC_URL      what addresses of these files begin with  [http://LISTEN]
  VITRINE_SECRETS         keys that seal and sign, comma between    [none: see `vitrine keys new`]
  VITRINE_ACCESS_TOKEN_MINUTES  how long an access token is good, 5-15 [10]
  VITRINE_OIDC_ISSUER     an outside OpenID Connect issuer whose
                          tokens are believed beside ours, https:// [none]
  VITRINE_OIDC_AUDIENCE   for whom its tokens have to be            [has to be set with it]
  VITRINE_OIDC_ACCOUNTS   customers or staff: whom it vouches for   [has to be set with it]
  VITRINE_OIDC_CLIENTS    apps that it may make tokens for (azp)    [the audience itself]
  VITRINE_OIDC_ALGORITHMS what it may sign with, comma between      [RS256]
  VITRINE_OIDC_FIRST_SIGHT  on or off: accounts are made when a
                          person is first seen                      [off]
  VITRINE_OIDC_ROLES_CLAIM  claim that lists roles: a name, or a
                          JSON pointer such as /realm_access/roles  [none]
  VITRINE_OIDC_ROLES      which role an entry stands for, as
                          shop-admin=owner,...                      [none]
  VITRINE_SESSION_DAYS    days that ended sign-ins are kept, 0-3650  [30]
  VITRINE_CODE_DAYS       days that expired codes are kept, 0-3650   [30]
  VITRINE_SMTP_URL        mail server, smtp(s)://user:password@host [none: mails are not sent]
  VITRINE_MAIL_FROM       whom mails are from                       [shop@localhost]
  VITRINE_BUDGETS         on or off: budgets of callers             [on]
  VITRINE_BUDGET_ANONYMOUS  POINTS/PER_SECOND of an address         [100000/2000]
  VITRINE_BUDGET_CUSTOMER   of a customer                           [100000/2000]
  VITRINE_BUDGET_STAFF      of somebody on the staff                [200000/5000]
  VITRINE_BUDGET_APP        of a program with a token               [200000/5000]
  VITRINE_BUDGET_CLIENTS    of client apps, as ios=60000/1500,...   [none]
  VITRINE_TRIES_ACCOUNT   AT_ONCE/PER_HOUR: sign-ins at an account  [10/60]
  VITRINE_TRIES_ADDRESS   sign-ins from an address                  [60/600]
  VITRINE_REFRESHES_DEVICE   new tokens for a device                [30/240]
  VITRINE_REFRESHES_ADDRESS  new tokens from an address             [300/6000]
  VITRINE_STAFF_SECOND_FACTOR  optional or required            [optional]
  VITRINE_SECURITY_EVENT_DAYS  days that noticed attacks are kept, 1-3650 [90]
  REDIS_URL               where replicas share budgets, redis(s)://... [none]
  VITRINE_REPLICAS        replicas that share budgets, 1-1000       [1]
  VITRINE_PROXIES         proxies that are believed, 10.0.0.0/8,... [none]
  VITRINE_PROXY_HEADER    x-forwarded-for or forwarded              [x-forwarded-for]
  VITRINE_AUDIT_DAYS      days that audit entries are kept, 0-36500 [0: for ever]
  VITRINE_LOG_FORMAT      json or text                              [json]
  RUST_LOG                what is logged; environment only          [info, less of the database]
  VITRINE_CONFIG          another file than vitrine.toml; environment only";

/// All settings but those of budgets and of the outside issuer, as `vitrine.toml` writes them.
pub const NAMES: &[&str] = &[
    "audit_days",
    "documents",
    "database_url",
    "listen",
    "metrics_listen",
    "profile",
    "accept_unsafe",
    "introspection",
    "graphiql",
    "connections",
    "deadline_ms",
    "wishlist_days",
    "cost_limit",
    "quantity_cap",
    "http_connections",
    "http_connections_per_address",
    "sockets",
    "sockets_per_address",
    "media",
    "public_url",
    "secrets",
    "access_token_minutes",
    "session_days",
    "code_days",
    "smtp_url",
    "staff_second_factor",
    "security_event_days",
    "mail_from",
    "redis_url",
    "replicas",
    "proxies",
    "proxy_header",
    "log_format",
    "config",
];
