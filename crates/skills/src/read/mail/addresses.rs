//! The people named in a mail's headers. It reads what is claimed; it verifies nobody.

use mail_parser::{Addr, HeaderName, HeaderValue, Message};
use serde::Serialize;

use crate::read::hidden;

/// A person or mailbox named in a header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Address {
    /// The name shown, which anyone can choose.
    pub name: Option<String>,
    /// The address as written, `user@domain`; without `@` when the header is malformed.
    pub address: String,
}

impl Address {
    /// What stands before the last `@`.
    #[must_use]
    pub fn user(&self) -> &str {
        self.address.rsplit_once('@').map_or(self.address.as_str(), |(user, _)| user)
    }

    /// The domain in lower case, empty when there is none.
    #[must_use]
    pub fn domain(&self) -> String {
        let domain = self.address.rsplit_once('@').map_or("", |(_, domain)| domain);
        domain.to_lowercase()
    }

    fn new(found: &Addr<'_>) -> Option<Self> {
        let name = found.name.as_deref().map(hidden::cleaned).filter(|name| !name.is_empty());
        let address: String = found.address.as_deref().map(hidden::cleaned).unwrap_or_default();
        let without = address.is_empty() && name.is_none();
        (!without).then_some(Address { name, address })
    }
}

/// Every address in every header of that name, groups opened.
pub(super) fn all(message: &Message<'_>, name: &HeaderName<'_>) -> Vec<Address> {
    super::values(message, name)
        .filter_map(HeaderValue::as_address)
        .flat_map(|addresses| addresses.iter().filter_map(Address::new).collect::<Vec<_>>())
        .collect()
}

/// Warns of what is odd about the authors.
pub(super) fn warn(authors: &[Address], warnings: &mut Vec<String>) {
    if authors.len() > 1 {
        warnings.push(format!("{} authors in the From header", authors.len()));
    }
    for author in authors {
        let shown = author.name.as_deref().unwrap_or("").to_lowercase();
        let other = shown.contains('@') && !shown.contains(&author.address.to_lowercase());
        if other {
            warnings.push("the sender's name shows another address than the sender's".to_owned());
        }
        let encoded = author.domain().split('.').any(|label| label.starts_with("xn--"));
        if encoded || !author.address.is_ascii() {
            warnings.push("the sender's address has letters outside ASCII".to_owned());
        }
    }
}
