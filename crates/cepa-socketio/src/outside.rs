//! What may be attached to a server from outside: an adapter to others, an admin page. All its namespaces share them.
//!
//! Both are asked for on the way of every event, so that what is not attached costs one look at an atomic.

use std::sync::OnceLock;

use crate::adapter::Cluster;
use crate::admin::Watch;

#[derive(Debug, Default)]
pub(crate) struct Outside {
    pub(crate) cluster: Cluster,
    pub(crate) watch: OnceLock<Watch>,
}

impl Outside {
    /// What is shown to an admin page, if one looks: of this server, or perhaps of another in the cluster.
    pub(crate) fn watching(&self) -> Option<&Watch> {
        let watch = self.watch.get()?;
        (watch.has_admins() || self.cluster.adapter().is_some()).then_some(watch)
    }

    /// As [`watching`](Self::watching), where every event is shown.
    pub(crate) fn watching_all(&self) -> Option<&Watch> {
        self.watching().filter(|watch| watch.shows_all())
    }
}
