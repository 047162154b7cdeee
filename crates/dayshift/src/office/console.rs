//! `[console]` and `[sign_in.oidc]`: where people look at the office, how it is reached, and the
//! firm's own sign-in. It opens no socket.

use super::problem::Severity;
use super::reader::{Node, Said, Table};
use super::secret::{self, SecretRef};
use casework::PersonId;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

/// The port of the console where the file names none.
const PORT: u16 = 7300;

/// Where people look at the office.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Console {
    /// The port; 0 takes a free one.
    pub port: u16,
    /// The address it listens on; without one only this machine reaches it.
    pub address: IpAddr,
    /// Host names under which it is reached, besides those of this machine.
    pub hosts: Vec<String>,
    /// The PEM files of certificate and key, when it serves TLS itself.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// The proxies that serve TLS for it; nobody else reaches it then.
    pub proxies: Vec<IpAddr>,
}

impl Default for Console {
    fn default() -> Self {
        Self {
            port: PORT,
            address: Ipv4Addr::LOCALHOST.into(),
            hosts: Vec::new(),
            tls: None,
            proxies: Vec::new(),
        }
    }
}

impl Console {
    /// Whether browsers speak TLS with it, or with the proxy before it.
    pub fn is_over_tls(&self) -> bool {
        self.tls.is_some() || !self.proxies.is_empty()
    }
}

/// The firm's own sign-in by OpenID Connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidcSettings {
    /// What the button calls it.
    pub name: String,
    /// The issuer, exactly as it calls itself.
    pub issuer: String,
    /// What we are called there.
    pub client: String,
    /// The secret agreed on with it; none for a public client.
    pub secret: Option<SecretRef>,
    /// Where it sends browsers back to: this console's `/sign-in/back`.
    pub redirect: String,
    /// Mail addresses count in these domains only; empty: in all.
    pub domains: Vec<String>,
    /// Whom a subject or an address there means here.
    pub people: BTreeMap<String, PersonId>,
}

pub(super) fn read(table: &Table<'_>, dir: &Path) -> Console {
    let mut read = Console::default();
    let Some(console) = table.get("console").and_then(|node| node.table()) else { return read };
    if let Some(node) = console.get("port")
        && let Some(port) = node.whole()
    {
        match u16::try_from(port) {
            Ok(port) => read.port = port,
            Err(_) => {
                let said = Said::new("a port is at most 65535").label("such as `7300`");
                node.error("W008", said);
            }
        }
    }
    let address = console.get("address");
    if let Some(address) = address.as_ref().and_then(address_of) {
        read.address = address;
    }
    read.hosts = super::firm::words(&console, "hosts");
    if let Some(tls) = console.get("tls").and_then(|node| node.table()) {
        let certificate = tls.need_word("certificate", "the PEM file of the certificate chain");
        let key = tls.need_word("key", "the PEM file of its private key");
        read.tls = certificate.zip(key).map(|(c, k)| (dir.join(c.text), dir.join(k.text)));
        tls.finish();
    }
    let proxies = console.get("proxy").map(|node| node.items()).unwrap_or_default();
    read.proxies = proxies.iter().filter_map(address_of).collect();
    console.finish();
    if let Some(address) = address.filter(|_| !read.address.is_loopback()) {
        only_over_tls(&read, &address);
    }
    read
}

/// What others can reach is reached over TLS and under a name, or not at all.
fn only_over_tls(read: &Console, address: &Node<'_>) {
    if !read.is_over_tls() {
        let said = Said::new("this would let others in without TLS");
        let help = "`tls = { certificate = \"…\", key = \"…\" }`, or `proxy = [\"ADDRESS\"]` of \
                    the one that serves TLS for it; without `address` only this machine reaches it";
        address.error("W050", said.label("an address that others reach").help(help));
    }
    if read.hosts.is_empty() {
        let said = Said::new("`hosts` is missing: under which name do people reach this?");
        address.error("W005", said.label("`hosts = [\"desk.mycompany.example\"]`"));
    }
}

fn address_of(node: &Node<'_>) -> Option<IpAddr> {
    let word = node.word()?;
    let address = word.text.parse().ok();
    if address.is_none() {
        let said = Said::new(format!("`{}` is not an address", word.text));
        node.error("W006", said.label("such as `0.0.0.0` or `10.0.0.2`"));
    }
    address
}

/// Reads the firm's own sign-in, if there is one.
pub(super) fn read_oidc(
    table: &Table<'_>,
    dir: &Path,
    people: &BTreeMap<PersonId, super::Person>,
) -> Option<OidcSettings> {
    let sign_in = table.get("sign_in").and_then(|node| node.table())?;
    let oidc = sign_in.get("oidc").and_then(|node| node.table());
    sign_in.finish();
    let oidc = oidc?;
    let issuer = oidc.need_word("issuer", "the issuer's address, as it calls itself");
    let redirect = oidc.need_word("redirect", "this console's `https://…/sign-in/back`");
    for word in issuer.iter().chain(&redirect) {
        if !is_safe(word.text) {
            let said = Said::new("what proves who a person is must not pass in the clear");
            word.error("W051", said.label("`https://…`; `http://` only on this machine"));
        }
    }
    if let Some(word) = redirect.as_ref().filter(|word| !word.text.ends_with("/sign-in/back")) {
        let said = Said::new("browsers come back to this console at `/sign-in/back`");
        word.error("W006", said.label("`https://desk.mycompany.example/sign-in/back`"));
    }
    let settings = OidcSettings {
        name: oidc.word("name").map_or("the firm’s account".into(), |word| word.text.to_owned()),
        issuer: issuer.map(|word| word.text.to_owned()).unwrap_or_default(),
        client: oidc.need_text("client", "what we are called there"),
        secret: oidc.get("secret").and_then(|node| secret::read(&node, dir)),
        redirect: redirect.map(|word| word.text.to_owned()).unwrap_or_default(),
        domains: super::firm::words(&oidc, "domains"),
        people: named(&oidc, people),
    };
    oidc.finish();
    Some(settings)
}

fn named(
    oidc: &Table<'_>,
    people: &BTreeMap<PersonId, super::Person>,
) -> BTreeMap<String, PersonId> {
    let Some(table) = oidc.get("people").and_then(|node| node.table()) else {
        return BTreeMap::new();
    };
    let mut named = BTreeMap::new();
    for (account, node) in table.entries() {
        let Some(who) = node.word() else { continue };
        let id = PersonId::new(who.text);
        if !people.contains_key(&id) {
            let known = people.keys().map(PersonId::as_str);
            let said = Said::new(format!("the office has no person `{}`", who.text));
            let label = super::suggest::meant(who.text, known);
            node.file.report(Severity::Warning, "W052", node.span.clone(), said.label(label));
        }
        // Addresses are compared in small letters; subjects are exact.
        let account = match account.text.contains('@') {
            true => account.text.to_lowercase(),
            false => account.text.to_owned(),
        };
        named.insert(account, id);
    }
    named
}

fn is_safe(url: &str) -> bool {
    let local = ["http://127.0.0.1:", "http://127.0.0.1/", "http://localhost:", "http://[::1]:"];
    url.starts_with("https://") || local.iter().any(|start| url.starts_with(start))
}
