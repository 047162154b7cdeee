//! Which crate may know which, and what must not lie below a crate, however deep. The table is the
//! map of `ARCHITECTURE.md`; a new arrow needs a decision record and a line here.

use super::Finding;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::process::Command;

/// A crate of ours, what it may depend on, and what else in its tests.
struct Arrow {
    from: &'static str,
    to: &'static [&'static str],
    in_tests: &'static [&'static str],
}

const ARROWS: [Arrow; 10] = [
    Arrow { from: "casework", to: &[], in_tests: &[] },
    Arrow { from: "skills", to: &[], in_tests: &[] },
    Arrow { from: "engine", to: &["casework"], in_tests: &["store"] },
    Arrow { from: "store", to: &["casework", "engine"], in_tests: &[] },
    Arrow { from: "judges", to: &["casework", "engine", "skills"], in_tests: &[] },
    Arrow { from: "connectors", to: &["casework", "engine", "skills"], in_tests: &["store"] },
    Arrow { from: "console", to: &["casework", "engine"], in_tests: &["store"] },
    Arrow {
        from: "dayshift",
        to: &["casework", "engine", "store", "judges", "connectors", "console", "skills"],
        in_tests: &[],
    },
    Arrow { from: "gate", to: &["casework", "engine", "store"], in_tests: &[] },
    Arrow { from: "xtask", to: &["casework", "gate", "skills"], in_tests: &[] },
];

/// Crates that must not lie below one of ours, tests left out.
struct Promise {
    of: &'static str,
    never: &'static [&'static str],
    because: &'static str,
}

/// What reads a clock, a disk or a socket for others.
const OUTSIDE: &[&str] = &[
    "tokio",
    "mio",
    "socket2",
    "async-std",
    "smol",
    "sqlx",
    "libsqlite3-sys",
    "reqwest",
    "hyper",
    "axum",
    "rustls",
    "tokio-rustls",
    "lettre",
    "async-imap",
    "walkdir",
    "notify",
    "tempfile",
];
/// What speaks to one kind of system.
const VENDORS: &[&str] =
    &["sqlx", "libsqlite3-sys", "reqwest", "hyper", "axum", "rustls", "lettre", "async-imap"];

const PROMISES: [Promise; 5] = [
    Promise { of: "casework", never: OUTSIDE, because: "the core decides and performs no I/O" },
    Promise { of: "skills", never: OUTSIDE, because: "a skill is pure on data" },
    Promise { of: "engine", never: VENDORS, because: "the engine knows no vendor" },
    Promise {
        of: "judges",
        never: &["sqlx", "lettre", "async-imap", "axum"],
        because: "a judge holds no tool and no store",
    },
    Promise {
        of: "console",
        never: &["sqlx", "lettre", "async-imap", "reqwest"],
        because: "the console shows and collects answers",
    },
];

/// What cargo knows of the workspace and all that lies below it on this machine's platform.
pub(super) fn metadata(root: &Path) -> io::Result<Value> {
    let cargo = |words: &[&str]| {
        let output = Command::new(env!("CARGO")).current_dir(root).args(words).output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(io::Error::other(format!("cargo {}: {said}", words.join(" "))));
        }
        Ok(output.stdout)
    };
    let version = String::from_utf8_lossy(&cargo(&["-vV"])?).into_owned();
    let platform = version.lines().find_map(|line| line.strip_prefix("host: "));
    let platform = platform.ok_or_else(|| io::Error::other("cargo -vV names no host"))?;
    let told = cargo(&["metadata", "--format-version", "1", "--filter-platform", platform])?;
    serde_json::from_slice(&told).map_err(io::Error::other)
}

pub(super) fn off_the_arrows(metadata: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in ours(metadata) {
        let name = text(package, "name");
        let at = |what: String| Finding { path: manifest(package), line: 0, what };
        let Some(arrow) = ARROWS.iter().find(|arrow| arrow.from == name) else {
            findings.push(at(format!("no arrows are known for the crate `{name}`")));
            continue;
        };
        for dependency in list(package, "dependencies") {
            let to = text(dependency, "name");
            if dependency.get("path").is_none_or(Value::is_null) {
                continue;
            }
            let in_tests = dependency.get("kind").and_then(Value::as_str) == Some("dev");
            let allowed = arrow.to.contains(&to) || in_tests && arrow.in_tests.contains(&to);
            if !allowed {
                let kind = if in_tests { "even its tests" } else { "it" };
                findings.push(at(format!("`{name}` → `{to}` is no arrow: {kind} may not know it")));
            }
        }
    }
    findings
}

pub(super) fn broken_promises(metadata: &Value) -> Vec<Finding> {
    let names: BTreeMap<&str, &str> = list(metadata, "packages")
        .map(|package| (text(package, "id"), text(package, "name")))
        .collect();
    let mut below: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for node in metadata.get("resolve").into_iter().flat_map(|resolve| list(resolve, "nodes")) {
        let known = list(node, "deps").filter(|edge| is_built_in(edge));
        below.insert(text(node, "id"), known.map(|edge| text(edge, "pkg")).collect());
    }
    let mut findings = Vec::new();
    for package in ours(metadata) {
        let name = text(package, "name");
        for promise in PROMISES.iter().filter(|promise| promise.of == name) {
            let closure = closure(text(package, "id"), &below);
            let known: BTreeSet<&str> =
                closure.iter().filter_map(|id| names.get(id).copied()).collect();
            for never in promise.never.iter().filter(|never| known.contains(*never)) {
                let what = format!("`{never}` lies below `{name}`, but {}", promise.because);
                findings.push(Finding { path: manifest(package), line: 0, what });
            }
        }
    }
    findings
}

/// Whether a dependency is part of what is built for use, and not only of tests or a build script.
fn is_built_in(edge: &Value) -> bool {
    list(edge, "dep_kinds").any(|kind| kind.get("kind").is_none_or(Value::is_null))
}

fn closure<'a>(from: &'a str, below: &BTreeMap<&'a str, Vec<&'a str>>) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(id) = open.pop() {
        if seen.insert(id) {
            open.extend(below.get(id).into_iter().flatten().copied());
        }
    }
    seen
}

/// The packages of this workspace: those that come from no registry.
fn ours(metadata: &Value) -> impl Iterator<Item = &Value> {
    list(metadata, "packages").filter(|package| package.get("source").is_none_or(Value::is_null))
}

fn manifest(package: &Value) -> String {
    let path = text(package, "manifest_path");
    let folders: Vec<&str> = path.rsplit('/').take(3).collect();
    match folders.as_slice() {
        [file, own, "crates"] => format!("crates/{own}/{file}"),
        [file, own, ..] => format!("{own}/{file}"),
        _ => path.to_owned(),
    }
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
