//! Everyday middleware: one file, one middleware, one feature.
//!
//! Each begins with a function of its name and has its options as methods, with the defaults that its page lists:
//!
//! ```
//! use cepa_core::App;
//! use cepa_kit::{cors, helmet, logger, request_id, response_time};
//!
//! let app = App::new()
//!     .plug(logger())
//!     .plug(response_time())
//!     .plug(request_id())
//!     .plug(helmet())
//!     .plug(cors().origin("https://a.example").credentials());
//! ```
//!
//! | feature | function | on by default | like |
//! |---|---|---|---|
//! | `basic-auth` | [`basic_auth`], [`basic_auth_where`] | yes | koa-basic-auth |
//! | `cache-control` | [`cache_control`] | yes | koa-cache-control |
//! | `compress` | `compress` | no: brotli and zstd | koa-compress |
//! | `conditional-get` | [`conditional_get`] | yes | koa-conditional-get |
//! | `cors` | [`cors`] | yes | @koa/cors |
//! | `csrf` | `csrf` | no: reads bodies | koa-csrf |
//! | `error-page` | [`error_page`] | yes | koa-error |
//! | `etag` | [`etag`] | yes | koa-etag |
//! | `favicon` | [`favicon`], [`no_favicon`] | yes | koa-favicon |
//! | `health` | [`health`] | yes | |
//! | `helmet` | [`helmet`] | yes | koa-helmet |
//! | `https-only` | [`https_only`] | yes | koa-sslify |
//! | `jwt` | `jwt`, `jwt_key`, `jwt_key_for`, `jwt_key_in_state` | no: public-key cryptography | koa-jwt |
//! | `logger` | [`logger`] | yes | koa-logger |
//! | `method-override` | [`method_override`] | yes | koa-methodoverride |
//! | `mount` | [`mount`] | yes | koa-mount |
//! | `pretty-json` | [`pretty_json`] | yes | koa-json |
//! | `rate-limit` | [`rate_limit`] | yes | koa-ratelimit |
//! | `request-id` | [`request_id`] | yes | koa-requestid |
//! | `response-time` | [`response_time`] | yes | koa-response-time |
//! | `rewrite` | [`rewrite`] | yes | koa-rewrite |
//! | `timeout` | [`timeout`] | yes | koa-timeout |
//! | `vhost` | [`vhost`] | yes | koa-vhost |
//!
//! `full` is all of them. An order that works, outermost first: logger, response time, request id, health, encryption
//! only, favicon, helmet, CORS, rate limit, timeout, conditional get, compress, etag, session, the rest. What each does differently from Koa's
//! stands on top of its file.
//!
//! Not done: caching of answers, a reverse proxy. The Redis of a rate limit is in `cepa-redis`.

#[cfg(feature = "basic-auth")]
mod basic_auth;
#[cfg(feature = "cache-control")]
mod cache_control;
#[cfg(feature = "compress")]
mod coding;
#[cfg(feature = "compress")]
mod compress;
#[cfg(feature = "compress")]
mod compressible;
#[cfg(feature = "conditional-get")]
mod conditional_get;
#[cfg(feature = "cors")]
mod cors;
#[cfg(feature = "cors")]
mod cors_asked;
#[cfg(feature = "cors")]
mod cors_origin;
#[cfg(feature = "helmet")]
mod csp;
#[cfg(feature = "csrf")]
mod csrf;
#[cfg(feature = "error-page")]
mod error_page;
#[cfg(feature = "etag")]
mod etag;
#[cfg(feature = "favicon")]
mod favicon;
#[cfg(feature = "health")]
mod health;
#[cfg(feature = "helmet")]
mod helmet;
#[cfg(feature = "https-only")]
mod https_only;
#[cfg(feature = "jwt")]
mod jwt;
#[cfg(feature = "jwt")]
mod jwt_claims;
#[cfg(feature = "jwt")]
mod jwt_key;
#[cfg(feature = "jwt")]
mod jwt_rules;
#[cfg(feature = "logger")]
mod logger;
#[cfg(feature = "method-override")]
mod method_override;
#[cfg(feature = "mount")]
mod mount;
#[cfg(feature = "pretty-json")]
mod pretty_json;
#[cfg(any(feature = "cors", feature = "jwt", feature = "rate-limit"))]
mod question;
#[cfg(feature = "rate-limit")]
mod rate_limit;
#[cfg(feature = "rate-limit")]
mod rate_memory;
#[cfg(feature = "rate-limit")]
mod rate_store;
#[cfg(feature = "request-id")]
mod request_id;
#[cfg(feature = "response-time")]
mod response_time;
#[cfg(feature = "rewrite")]
mod rewrite;
#[cfg(feature = "timeout")]
mod timeout;
#[cfg(feature = "vhost")]
mod vhost;

#[cfg(feature = "basic-auth")]
pub use basic_auth::{BasicAuth, BasicUser, basic_auth, basic_auth_where};
#[cfg(feature = "cache-control")]
pub use cache_control::{CacheControl, cache_control};
#[cfg(feature = "compress")]
pub use coding::Coding;
#[cfg(feature = "compress")]
pub use compress::{Compress, Compression, compress};
#[cfg(feature = "conditional-get")]
pub use conditional_get::{ConditionalGet, conditional_get};
#[cfg(feature = "cors")]
pub use cors::{Cors, EveryOrigin, NamedOrigins, cors};
#[cfg(feature = "helmet")]
pub use csp::{Csp, CspNonce};
#[cfg(feature = "csrf")]
pub use csrf::{Csrf, CsrfExt, csrf};
#[cfg(feature = "error-page")]
pub use error_page::error_page;
#[cfg(feature = "etag")]
pub use etag::{Etag, etag};
#[cfg(feature = "favicon")]
pub use favicon::{Favicon, favicon, no_favicon};
#[cfg(feature = "health")]
pub use health::{Health, health};
#[cfg(feature = "helmet")]
pub use helmet::{EmbedderPolicy, Frames, Helmet, OpenerPolicy, ResourcePolicy, helmet};
#[cfg(feature = "https-only")]
pub use https_only::{HttpsOnly, https_only};
#[cfg(feature = "jwt")]
pub use jwt::{Jwt, jwt, jwt_key, jwt_key_for, jwt_key_in_state};
#[cfg(feature = "jwt")]
pub use jwt_claims::{JwtClaims, JwtExt, JwtRefusal};
#[cfg(feature = "jwt")]
pub use jwt_key::{JwtHeader, JwtKey};
#[cfg(feature = "logger")]
pub use logger::{Logger, logger};
#[cfg(feature = "method-override")]
pub use method_override::{MethodOverride, OriginalMethod, method_override};
#[cfg(feature = "mount")]
pub use mount::{Mount, MountPath, mount};
#[cfg(feature = "pretty-json")]
pub use pretty_json::{PrettyJson, pretty_json};
#[cfg(feature = "rate-limit")]
pub use rate_limit::{RateHeaders, RateLimit, RateState, rate_limit};
#[cfg(feature = "rate-limit")]
pub use rate_memory::MemoryRates;
#[cfg(feature = "rate-limit")]
pub use rate_store::{RateCount, RateFuture, RateStore};
#[cfg(feature = "request-id")]
pub use request_id::{RequestId, RequestIds, request_id};
#[cfg(feature = "response-time")]
pub use response_time::{ResponseTime, response_time};
#[cfg(feature = "rewrite")]
pub use rewrite::{Rewrite, rewrite};
#[cfg(feature = "timeout")]
pub use timeout::{Timeout, timeout};
#[cfg(feature = "vhost")]
pub use vhost::{VirtualHost, vhost};
