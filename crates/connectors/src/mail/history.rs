//! Whom people of the firm wrote to before, as read from their sent mail. What the program sent by
//! itself does not count, or a stranger could become known by writing once; nor does any inbound
//! mail. It fetches nothing, and keeps no address, only short digests of them.

use super::own::Own;
use casework::Digest;
use serde::{Deserialize, Serialize};
use skills::read::read_mail;
use std::collections::BTreeSet;

/// The addresses written to, and how far the sent mail was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct History {
    /// The UIDVALIDITY under which `uid` means something.
    pub(super) uidvalidity: u32,
    /// The last number that was read.
    pub(super) uid: u32,
    addresses: BTreeSet<String>,
}

/// More addresses are not remembered: an office that writes to more knows them from elsewhere.
const ADDRESSES_MAX: usize = 50_000;
/// Recipients of one mail that count: whoever writes to more wrote to nobody in particular.
const RECIPIENTS_MAX: usize = 50;
/// Hexadecimal digits kept of an address's digest: chance meets one in 2^64.
const DIGITS: usize = 16;

impl History {
    /// What was kept; nothing when it cannot be read, and then the sent mail is read once more.
    pub(super) fn kept(stored: Option<String>) -> Self {
        stored.and_then(|stored| serde_json::from_str(&stored).ok()).unwrap_or_default()
    }

    /// To be kept.
    pub(super) fn to_keep(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Begins to read the sent mail, from its beginning when it was numbered anew.
    pub(super) fn begin(&mut self, uidvalidity: u32) {
        if self.uidvalidity != uidvalidity {
            (self.uidvalidity, self.uid) = (uidvalidity, 0);
        }
    }

    /// Whether a person of the firm wrote to this address before.
    pub(super) fn holds(&self, address: &str) -> bool {
        !address.is_empty() && self.addresses.contains(&short(address))
    }

    /// Learns from the headers of one sent mail.
    pub(super) fn learn(&mut self, sent: &[u8], own: &Own) {
        let Ok(mail) = read_mail(sent) else { return };
        let from_us = mail
            .from
            .as_ref()
            .is_some_and(|from| own.is_address(&from.address) || own.is_domain(&from.domain()));
        let by_program = mail.automatic.is_some()
            || mail.message_id.as_deref().is_some_and(|id| own.is_message_id(id));
        let recipients: Vec<_> = mail.to.iter().chain(&mail.cc).collect();
        if !from_us || by_program || recipients.len() > RECIPIENTS_MAX {
            return;
        }
        for recipient in recipients {
            let address = recipient.address.to_lowercase();
            let outside = address.contains('@') && !own.is_address(&address);
            if outside && self.addresses.len() < ADDRESSES_MAX {
                self.addresses.insert(short(&address));
            }
        }
    }
}

fn short(address: &str) -> String {
    let address = address.trim().to_lowercase();
    Digest::of(address.as_bytes()).to_string().chars().take(DIGITS).collect()
}

#[cfg(test)]
mod tests {
    use super::History;
    use crate::mail::config::{MailConfig, MailFolders, MailKind};
    use crate::mail::own::Own;

    fn own() -> Own {
        let kind = MailKind::Folder(MailFolders::new("inbox", "sent"));
        Own::new(&MailConfig::new("support", "support@harbourandpine.example", kind))
    }

    fn learned(headers: &str) -> History {
        let mut history = History::default();
        history.learn(format!("{headers}\r\n\r\n").as_bytes(), &own());
        history
    }

    #[test]
    fn whom_a_person_wrote_to_is_known_and_kept_without_its_address() {
        let history = learned(
            "From: support@harbourandpine.example\r\nTo: Ada <Ada@Clay.example>\r\n\
             Cc: bob@clay.example, support@harbourandpine.example",
        );
        assert!(history.holds("ada@clay.example") && history.holds("BOB@clay.example"));
        assert!(!history.holds("eve@kiln.example") && !history.holds(""));
        assert!(!history.holds("support@harbourandpine.example"));
        let kept = history.to_keep();
        assert!(!kept.contains("clay"), "{kept}");
        assert_eq!(History::kept(Some(kept)), history);
        assert_eq!(History::kept(Some("torn".to_owned())), History::default());
    }

    #[test]
    fn what_the_program_or_a_stranger_sent_makes_nobody_known() {
        let digits = "0123456789abcdef0123456789abcdef";
        let id = format!("Message-ID: <dayshift.{digits}@harbourandpine.example>");
        let from = "From: support@harbourandpine.example\r\nTo: eve@kiln.example";
        let crowd: Vec<String> = (0..51).map(|n| format!("eve{n}@kiln.example")).collect();
        for headers in [
            format!("{from}\r\n{id}"),
            format!("{from}\r\nAuto-Submitted: auto-replied"),
            "From: ada@clay.example\r\nTo: eve@kiln.example".to_owned(),
            format!("From: support@harbourandpine.example\r\nTo: {}", crowd.join(", ")),
        ] {
            assert_eq!(learned(&headers), History::default(), "{headers}");
        }
    }
}
