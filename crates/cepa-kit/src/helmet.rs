//! [`helmet`]: headers that make browsers more careful, with the defaults of koa-helmet 9, byte for byte.
//!
//! They are set before the handlers run, which may therefore replace any of them, and errors keep them. All values are
//! made once, but for a policy with a nonce, in place of helmet's functions. `X-Powered-By` is never sent by cepa, so there is nothing to remove.

use std::time::Duration;

use cepa_core::http::{HeaderName, HeaderValue, header};
use cepa_core::{Context, Middleware, Next, Result};

use crate::csp::{Csp, CspNonce};

const CROSS_ORIGIN_EMBEDDER_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-embedder-policy");
const CROSS_ORIGIN_OPENER_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-opener-policy");
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-resource-policy");
const ORIGIN_AGENT_CLUSTER: HeaderName = HeaderName::from_static("origin-agent-cluster");
const DOWNLOAD_OPTIONS: HeaderName = HeaderName::from_static("x-download-options");
const CROSS_DOMAIN_POLICIES: HeaderName =
    HeaderName::from_static("x-permitted-cross-domain-policies");

/// Sets security headers on every answer.
///
/// ```
/// use cepa_core::App;
/// use cepa_kit::{Csp, Frames, helmet};
///
/// App::new().plug(helmet());
/// App::new().plug(
///     helmet()
///         .frames(Frames::Deny)
///         .content_security_policy(Csp::new().directive("img-src", ["'self'", "https://cdn.example"])),
/// );
/// ```
pub fn helmet() -> Helmet {
    Helmet {
        headers: vec![
            (header::CONTENT_SECURITY_POLICY, Csp::new().value()),
            (CROSS_ORIGIN_OPENER_POLICY, HeaderValue::from_static("same-origin")),
            (CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static("same-origin")),
            (ORIGIN_AGENT_CLUSTER, HeaderValue::from_static("?1")),
            (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
            (
                header::STRICT_TRANSPORT_SECURITY,
                HeaderValue::from_static("max-age=31536000; includeSubDomains"),
            ),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (header::X_DNS_PREFETCH_CONTROL, HeaderValue::from_static("off")),
            (DOWNLOAD_OPTIONS, HeaderValue::from_static("noopen")),
            (header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN")),
            (CROSS_DOMAIN_POLICIES, HeaderValue::from_static("none")),
            (header::X_XSS_PROTECTION, HeaderValue::from_static("0")),
        ],
        policy: None,
    }
}

/// Which pages may show ours in a frame: `X-Frame-Options`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frames {
    /// None.
    Deny,
    /// Those of the same origin.
    SameOrigin,
}

/// Whether pages that are opened share a window group: `Cross-Origin-Opener-Policy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenerPolicy {
    /// Only with pages of the same origin.
    SameOrigin,
    /// Also with pages that they open.
    SameOriginAllowPopups,
    /// Never with the page that opened them.
    NoopenerAllowPopups,
    /// With all.
    UnsafeNone,
}

/// Which pages may embed our resources: `Cross-Origin-Resource-Policy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourcePolicy {
    /// Those of the same origin.
    SameOrigin,
    /// Those of the same site.
    SameSite,
    /// All.
    CrossOrigin,
}

/// What pages may embed: `Cross-Origin-Embedder-Policy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmbedderPolicy {
    /// What permits it.
    RequireCorp,
    /// Anything, requested without cookies.
    Credentialless,
    /// Anything.
    UnsafeNone,
}

/// The middleware of [`helmet`].
///
/// | header | default | option |
/// |---|---|---|
/// | `Content-Security-Policy` | that of [`Csp::new`] | [`content_security_policy`](Self::content_security_policy) |
/// | `Cross-Origin-Embedder-Policy` | none | [`embedder_policy`](Self::embedder_policy) |
/// | `Cross-Origin-Opener-Policy` | `same-origin` | [`opener_policy`](Self::opener_policy) |
/// | `Cross-Origin-Resource-Policy` | `same-origin` | [`resource_policy`](Self::resource_policy) |
/// | `Origin-Agent-Cluster` | `?1` | |
/// | `Referrer-Policy` | `no-referrer` | [`referrer_policy`](Self::referrer_policy) |
/// | `Strict-Transport-Security` | a year, with subdomains | [`hsts`](Self::hsts) |
/// | `X-Content-Type-Options` | `nosniff` | |
/// | `X-DNS-Prefetch-Control` | `off` | [`dns_prefetch`](Self::dns_prefetch) |
/// | `X-Download-Options` | `noopen` | |
/// | `X-Frame-Options` | `SAMEORIGIN` | [`frames`](Self::frames) |
/// | `X-Permitted-Cross-Domain-Policies` | `none` | [`cross_domain_policies`](Self::cross_domain_policies) |
/// | `X-XSS-Protection` | `0` | |
///
/// Each is left out by [`without`](Self::without).
#[derive(Clone, Debug)]
#[must_use]
pub struct Helmet {
    headers: Vec<(HeaderName, HeaderValue)>,
    /// The content security policy when each request has a nonce; its entry in the list is then without a use.
    policy: Option<Csp>,
}

impl Helmet {
    fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        match self.headers.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.headers.push((name, value)),
        }
        self
    }

    /// Leaves a header out.
    ///
    /// # Panics
    /// When it is none of those that would be sent.
    #[track_caller]
    pub fn without(mut self, name: &str) -> Self {
        let before = self.headers.len();
        self.headers.retain(|(known, _)| !known.as_str().eq_ignore_ascii_case(name));
        assert!(self.headers.len() < before, "helmet sends no {name:?}");
        let is_left = |policy: &Csp| !policy.name().as_str().eq_ignore_ascii_case(name);
        self.policy = self.policy.filter(is_left);
        self
    }

    /// Replaces the content security policy, or has it only reported.
    pub fn content_security_policy(mut self, policy: Csp) -> Self {
        self.headers.retain(|(name, _)| *name != header::CONTENT_SECURITY_POLICY);
        let (name, value) = (policy.name(), policy.value());
        self.policy = Some(policy).filter(Csp::has_nonce);
        self.with(name, value)
    }

    /// What pages may embed.
    pub fn embedder_policy(self, policy: EmbedderPolicy) -> Self {
        let value = match policy {
            EmbedderPolicy::RequireCorp => "require-corp",
            EmbedderPolicy::Credentialless => "credentialless",
            EmbedderPolicy::UnsafeNone => "unsafe-none",
        };
        self.with(CROSS_ORIGIN_EMBEDDER_POLICY, HeaderValue::from_static(value))
    }

    /// Whether pages that are opened share a window group.
    pub fn opener_policy(self, policy: OpenerPolicy) -> Self {
        let value = match policy {
            OpenerPolicy::SameOrigin => "same-origin",
            OpenerPolicy::SameOriginAllowPopups => "same-origin-allow-popups",
            OpenerPolicy::NoopenerAllowPopups => "noopener-allow-popups",
            OpenerPolicy::UnsafeNone => "unsafe-none",
        };
        self.with(CROSS_ORIGIN_OPENER_POLICY, HeaderValue::from_static(value))
    }

    /// Which pages may embed our resources.
    pub fn resource_policy(self, policy: ResourcePolicy) -> Self {
        let value = match policy {
            ResourcePolicy::SameOrigin => "same-origin",
            ResourcePolicy::SameSite => "same-site",
            ResourcePolicy::CrossOrigin => "cross-origin",
        };
        self.with(CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static(value))
    }

    /// What other sites are told about where visitors come from: one or more tokens, the last that a browser knows
    /// counts.
    ///
    /// # Panics
    /// When a token is none of the standard's, or there is none.
    #[track_caller]
    pub fn referrer_policy(self, tokens: impl IntoIterator<Item = &'static str>) -> Self {
        const TOKENS: [&str; 9] = [
            "no-referrer",
            "no-referrer-when-downgrade",
            "same-origin",
            "origin",
            "strict-origin",
            "origin-when-cross-origin",
            "strict-origin-when-cross-origin",
            "unsafe-url",
            "",
        ];
        let tokens: Vec<&str> = tokens.into_iter().collect();
        let is_known = !tokens.is_empty() && tokens.iter().all(|token| TOKENS.contains(token));
        assert!(is_known, "no referrer policy: {tokens:?}");
        match HeaderValue::try_from(tokens.join(",")) {
            Ok(value) => self.with(header::REFERRER_POLICY, value),
            Err(_) => self,
        }
    }

    /// How long browsers insist on encryption, to the second; whether for subdomains too, and whether the site may be
    /// put on the lists that browsers ship with.
    pub fn hsts(self, max_age: Duration, subdomains: bool, preload: bool) -> Self {
        let mut text = format!("max-age={}", max_age.as_secs());
        if subdomains {
            text.push_str("; includeSubDomains");
        }
        if preload {
            text.push_str("; preload");
        }
        match HeaderValue::try_from(text) {
            Ok(value) => self.with(header::STRICT_TRANSPORT_SECURITY, value),
            Err(_) => self,
        }
    }

    /// Whether browsers may look up the names in links before anyone clicks.
    pub fn dns_prefetch(self, on: bool) -> Self {
        let value = HeaderValue::from_static(if on { "on" } else { "off" });
        self.with(header::X_DNS_PREFETCH_CONTROL, value)
    }

    /// Which pages may show ours in a frame.
    pub fn frames(self, frames: Frames) -> Self {
        let value = match frames {
            Frames::Deny => "DENY",
            Frames::SameOrigin => "SAMEORIGIN",
        };
        self.with(header::X_FRAME_OPTIONS, HeaderValue::from_static(value))
    }

    /// Which policy files Adobe's products heed: `none`, `master-only`, `by-content-type` or `all`.
    ///
    /// # Panics
    /// When it is none of these.
    #[track_caller]
    pub fn cross_domain_policies(self, policies: &'static str) -> Self {
        let known = ["none", "master-only", "by-content-type", "all"];
        assert!(known.contains(&policies), "no cross-domain policy: {policies:?}");
        self.with(CROSS_DOMAIN_POLICIES, HeaderValue::from_static(policies))
    }
}

impl Middleware for Helmet {
    async fn handle(&self, ctx: &mut Context, next: Next<'_>) -> Result {
        for (name, value) in &self.headers {
            ctx.response.headers.insert(name.clone(), value.clone());
        }
        if let Some(policy) = &self.policy {
            let nonce = CspNonce::new()?;
            ctx.response.headers.insert(policy.name(), policy.value_with(&nonce));
            ctx.state.insert(nonce);
        }
        next.run(ctx).await
    }
}
