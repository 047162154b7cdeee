//! The manifests: one table of dependencies, a reason for each, lints for all, and what must never
//! be in the tree. Licences are checked by `cargo deny` with `deny.toml`, not here.

use super::Finding;
use super::tree::Tree;
use toml::{Table, Value};

/// Packages that must not be in the lock file.
const BANNED: [(&str, &str); 6] = [
    ("openssl", "TLS is rustls; the system's library differs on each machine"),
    ("openssl-sys", "TLS is rustls; the system's library differs on each machine"),
    ("native-tls", "TLS is rustls; the system's library differs on each machine"),
    ("aws-lc-rs", "ring is the one provider: see docs/decisions/004-ring-for-tls.md"),
    ("aws-lc-sys", "ring is the one provider: see docs/decisions/004-ring-for-tls.md"),
    ("mockall", "a fake that is written out says what it does"),
];

pub(super) fn banned(tree: &Tree) -> Vec<Finding> {
    let lock = tree.text("Cargo.lock").unwrap_or_default();
    let mut findings = Vec::new();
    for (name, because) in BANNED {
        let entry = format!("name = \"{name}\"");
        if let Some(at) = lock.lines().position(|line| line == entry) {
            let what = format!("`{name}` is in the tree: {because}");
            findings.push(Finding { path: "Cargo.lock".to_owned(), line: at + 1, what });
        }
    }
    if lock.is_empty() {
        findings.push(whole("Cargo.lock", "there is no lock file"));
    }
    findings
}

/// A reason is the comment at the end of a dependency's line, or the one that heads its group when
/// it says what for after a colon. Our own crates are what they are.
pub(super) fn without_reason(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let text = tree.text("Cargo.toml").unwrap_or_default();
    let (mut in_table, mut group_says) = (false, false);
    for (at, line) in text.lines().enumerate() {
        if line.starts_with('[') {
            in_table = line == "[workspace.dependencies]";
        }
        if !in_table || line.starts_with('[') || line.trim().is_empty() {
            group_says = false;
            continue;
        }
        if let Some(comment) = line.strip_prefix('#') {
            group_says = comment.contains(": ");
            continue;
        }
        if !(group_says || line.contains("path = \"crates/") || line.contains(" # ")) {
            let name = line.split_whitespace().next().unwrap_or_default();
            let what = format!("`{name}` has no reason: say after `#` what it is for");
            findings.push(Finding { path: "Cargo.toml".to_owned(), line: at + 1, what });
        }
    }
    for (path, manifest) in members(tree) {
        for table in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let dependencies = manifest.get(table).and_then(Value::as_table);
            for (name, value) in dependencies.into_iter().flatten() {
                if value.get("workspace").and_then(Value::as_bool) != Some(true) {
                    let what = format!("`{name}` stands beside the workspace's one table");
                    findings.push(whole(path, &what));
                }
            }
        }
    }
    findings
}

pub(super) fn without_lints(tree: &Tree) -> Vec<Finding> {
    let free = members(tree).filter(|(_, manifest)| {
        let lints = manifest.get("lints").and_then(|lints| lints.get("workspace"));
        lints.and_then(Value::as_bool) != Some(true)
    });
    free.map(|(path, _)| whole(path, "`[lints] workspace = true` is missing")).collect()
}

/// The members' manifests; one that cannot be read would not have built this program.
fn members(tree: &Tree) -> impl Iterator<Item = (&str, Table)> {
    let manifests = tree.files().filter(|file| file.path.ends_with("/Cargo.toml"));
    manifests.filter_map(|file| Some((file.path.as_str(), file.text.parse().ok()?)))
}

fn whole(path: &str, what: &str) -> Finding {
    Finding { path: path.to_owned(), line: 0, what: what.to_owned() }
}
