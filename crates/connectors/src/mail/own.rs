//! Who we are in a mail: our addresses, our domains, and the Message-IDs that only we make. It
//! reads no mail.

use super::config::MailConfig;
use casework::Digest;

/// What is ours.
#[derive(Clone, Debug)]
pub(super) struct Own {
    addresses: Vec<String>,
    domains: Vec<String>,
    id_domain: String,
    /// The name under which our server writes its findings, in lower case.
    pub(super) authserv: Option<String>,
}

impl Own {
    pub(super) fn new(config: &MailConfig) -> Self {
        let lower = |text: &String| text.trim().to_lowercase();
        let mut addresses: Vec<String> = config.own_addresses.iter().map(lower).collect();
        addresses.insert(0, lower(&config.address));
        let domain = domain_of(&config.address);
        let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
        let id_domain: String = domain.chars().filter(plain).collect();
        Self {
            addresses,
            domains: config.own_domains.iter().map(lower).collect(),
            id_domain: if id_domain.is_empty() { "dayshift.invalid".to_owned() } else { id_domain },
            authserv: config.authserv.as_ref().map(lower),
        }
    }

    pub(super) fn is_address(&self, address: &str) -> bool {
        let address = address.to_lowercase();
        self.addresses.contains(&address)
    }

    pub(super) fn is_domain(&self, domain: &str) -> bool {
        self.domains.iter().any(|own| own == domain)
    }

    pub(super) fn domains(&self) -> impl Iterator<Item = &str> {
        self.domains.iter().map(String::as_str)
    }

    /// The Message-ID of a call, without angle brackets: the same at each attempt, so that a sent
    /// mail can be looked up.
    pub(super) fn message_id(&self, key: Digest) -> String {
        let digits: String = key.to_string().chars().take(ID_DIGITS).collect();
        format!("{ID_PREFIX}{digits}@{}", self.id_domain)
    }

    /// Whether we made this Message-ID, going by its form.
    pub(super) fn is_message_id(&self, id: &str) -> bool {
        let Some((local, domain)) = id.rsplit_once('@') else { return false };
        let digits = local.strip_prefix(ID_PREFIX).unwrap_or_default();
        domain == self.id_domain
            && digits.len() == ID_DIGITS
            && digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    }
}

const ID_PREFIX: &str = "dayshift.";
const ID_DIGITS: usize = 32;

/// What stands behind the last `@`, in lower case; empty when there is none.
pub(super) fn domain_of(address: &str) -> String {
    address.rsplit_once('@').map_or_else(String::new, |(_, domain)| domain.trim().to_lowercase())
}
