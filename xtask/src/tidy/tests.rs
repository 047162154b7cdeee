//! Each check finds what it is there for, and leaves alone what only looks like it.

use super::exceptions::{Exception, excuse, stale};
use super::tree::Tree;
use super::{
    Check, Finding, arrows, attributes, commands, error_pages, manifests, purity, shape, words,
};
use serde_json::{Value, json};

/// `path:line` of each finding.
fn places(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|finding| format!("{}:{}", finding.path, finding.line)).collect()
}

fn one(text: &str) -> Tree {
    Tree::of(&[("crates/engine/src/carry.rs", text)])
}

const CARRY: &str = "crates/engine/src/carry.rs";

#[test]
fn a_file_of_401_lines_is_too_long_and_one_of_400_is_not() {
    assert_eq!(shape::long_files(&one(&"\n".repeat(400))), []);
    assert_eq!(places(&shape::long_files(&one(&"\n".repeat(401)))), [format!("{CARRY}:0")]);
}

#[test]
fn a_line_of_101_columns_is_too_wide_and_columns_are_not_bytes() {
    assert_eq!(shape::long_lines(&one(&"ä".repeat(100))), []);
    let wide = format!("//! x\n// {}", "-".repeat(98));
    assert_eq!(places(&shape::long_lines(&one(&wide))), [format!("{CARRY}:2")]);
}

#[test]
fn functions_are_measured_from_their_first_to_their_last_line_wherever_they_stand() {
    let body = |lines: usize| "    x();\n".repeat(lines);
    let short = format!("fn free() {{\n{}}}\n", body(68));
    assert_eq!(shape::long_functions(&one(&short)), []);
    let long = format!(
        "fn free() {{\n{}}}\nimpl T {{\nfn method() {{\n{}}}\n}}\n\
         trait S {{\nfn given() {{\n{}}}\n}}",
        body(69),
        body(69),
        body(69),
    );
    let found = shape::long_functions(&one(&long));
    assert_eq!(places(&found), ["1", "73", "146"].map(|line| format!("{CARRY}:{line}")));
}

#[test]
fn a_source_that_does_not_parse_is_found_and_not_passed_over() {
    assert_eq!(places(&shape::long_functions(&one("fn {"))), [format!("{CARRY}:1")]);
}

#[test]
fn a_source_opens_with_its_purpose() {
    assert_eq!(shape::without_opening(&one("//! Carries cases.\n")), []);
    for silent in ["use x;\n", "", "// Carries cases.\n", "#![no_std]\n//! Late.\n"] {
        assert_eq!(places(&shape::without_opening(&one(silent))), [format!("{CARRY}:1")]);
    }
}

#[test]
fn a_file_over_512_kilobytes_is_a_blob() {
    let at_most = Tree::of(&[("office/data/office.sql", &"x".repeat(512 * 1024))]);
    assert_eq!(shape::blobs(&at_most), []);
    let over = Tree::of(&[("office/data/office.sql", &"x".repeat(512 * 1024 + 1))]);
    assert_eq!(places(&shape::blobs(&over)), ["office/data/office.sql:0"]);
}

#[test]
fn names_that_say_nothing_are_found_in_files_folders_and_types() {
    let tree = Tree::of(&[
        ("crates/engine/src/utils.rs", "//! x\n"),
        ("crates/common/src/lib.rs", "//! x\n"),
        ("crates/engine/src/carry.rs", "struct LeaseManager;\nenum Misc {}\nstruct Database;\n"),
        ("crates/engine/src/database.rs", "struct BaseUrl;\nfn base() {}\n"),
    ]);
    let mut found = places(&words::empty_names(&tree));
    found.sort();
    let wanted = [
        "crates/common/src/lib.rs:0",
        "crates/engine/src/carry.rs:1",
        "crates/engine/src/carry.rs:2",
        "crates/engine/src/utils.rs:0",
    ];
    assert_eq!(found, wanted);
}

#[test]
fn marks_of_unfinished_work_are_found_and_words_that_hold_them_are_not() {
    let mark = concat!("TO", "DO");
    let text = format!("// {mark}: later\n// {mark}S and MAS{mark}N\nfn f() {{ todo!() }}\n");
    let mut found = places(&words::unfinished(&one(&text)));
    found.sort();
    assert_eq!(found, [format!("{CARRY}:1"), format!("{CARRY}:3")]);
    let mail = Tree::of(&[("office/mailbox/support/001.eml", mark)]);
    assert_eq!(words::unfinished(&mail), []);
}

#[test]
fn banners_are_found_and_lists_in_comments_are_not() {
    let banner = format!("// {} store", "-".repeat(20));
    assert_eq!(places(&words::unfinished(&one(&banner))), [format!("{CARRY}:1")]);
    assert_eq!(words::unfinished(&one("// - first\n// -- as in a dash --\n")), []);
}

#[test]
fn paths_of_a_machine_are_found_and_parts_of_other_paths_are_not() {
    let (home, work) = (concat!("/ho", "me/"), concat!("/wo", "rk/"));
    let page =
        format!("see {home}ada/x\n`{work}main`\noffice{work}x\nhttps://clay.example{home}\n");
    let tree = Tree::of(&[("docs/guide.md", &page)]);
    assert_eq!(places(&words::machine_paths(&tree)), ["docs/guide.md:1", "docs/guide.md:2"]);
}

#[test]
fn a_lifted_lint_needs_a_reason_whatever_form_it_has() {
    let fine = "#[expect(dead_code, reason = \"shown\")]\nfn f() {}\n";
    assert_eq!(attributes::without_reason(&one(fine)), []);
    for bare in [
        "#[allow(dead_code)]\nfn f() {}\n",
        "#![expect(dead_code)]\n",
        "#[cfg_attr(test, expect(dead_code))]\nfn f() {}\n",
    ] {
        assert_eq!(places(&attributes::without_reason(&one(bare))), [format!("{CARRY}:1")]);
    }
}

#[test]
fn each_code_has_a_page_and_each_page_a_code() {
    let source = "const FULL: &str = \"S001\";\nfn f() { x!(code: \"S002\"); }\n\
        #[cfg(test)]\nmod tests { const T: &str = \"S009\"; }\nconst NO: &str = \"S0001\";\n";
    let tree = Tree::of(&[
        ("crates/store/src/fault.rs", source),
        ("crates/store/src/fault/tests.rs", "const T: &str = \"S008\";\n"),
        ("docs/errors/README.md", ""),
        ("docs/errors/S001.md", "# S001: the disk is full\n"),
        ("docs/errors/S003.md", "# S003\n"),
    ]);
    let found = places(&error_pages::mismatched(&tree));
    assert_eq!(found, ["crates/store/src/fault.rs:2", "docs/errors/S003.md:0"]);
    let other = Tree::of(&[
        ("crates/store/src/fault.rs", "const FULL: &str = \"S001\";\n"),
        ("docs/errors/S001.md", "# S002\n"),
    ]);
    assert_eq!(places(&error_pages::mismatched(&other)), ["docs/errors/S001.md:1"]);
}

#[test]
fn a_dependency_without_a_reason_or_beside_the_table_is_found() {
    let root = "[workspace.dependencies]\n# Ours.\nengine = { path = \"crates/engine\" }\n\n\
        # Data: wire formats.\nserde = \"1\"\n\n# Runtime.\ntokio = \"1\"\nring = \"1\" # TLS\n\
        [profile.dev]\ndebug = false\n";
    let member = "[lints]\nworkspace = true\n[dependencies]\nserde.workspace = true\n\
        [dev-dependencies]\nrand = \"1\"\n";
    let tree = Tree::of(&[("Cargo.toml", root), ("crates/engine/Cargo.toml", member)]);
    let found = places(&manifests::without_reason(&tree));
    assert_eq!(found, ["Cargo.toml:9", "crates/engine/Cargo.toml:0"]);
}

#[test]
fn a_crate_beside_the_lints_is_found() {
    let tree = Tree::of(&[
        ("Cargo.toml", "[workspace]\n"),
        ("crates/engine/Cargo.toml", "[lints]\nworkspace = true\n"),
        ("crates/store/Cargo.toml", "[package]\nname = \"store\"\n"),
    ]);
    assert_eq!(places(&manifests::without_lints(&tree)), ["crates/store/Cargo.toml:0"]);
}

#[test]
fn a_banned_package_is_found_in_the_lock_file() {
    let lock = "[[package]]\nname = \"ring\"\n[[package]]\nname = \"openssl-sys\"\n";
    let found = manifests::banned(&Tree::of(&[("Cargo.lock", lock)]));
    assert_eq!(places(&found), ["Cargo.lock:4"]);
    assert_eq!(places(&manifests::banned(&Tree::of(&[]))), ["Cargo.lock:0"]);
}

fn package(name: &str, dependencies: &Value) -> Value {
    json!({
        "id": name, "name": name, "source": null, "dependencies": dependencies,
        "manifest_path": format!("/somewhere/crates/{name}/Cargo.toml"),
    })
}

#[test]
fn an_arrow_off_the_map_is_found_and_a_store_in_tests_is_not() {
    let ours = |name: &str, kind: Value| json!({ "name": name, "kind": kind, "path": "somewhere" });
    let console = json!([ours("engine", Value::Null), ours("store", "dev".into())]);
    let judges = json!([ours("store", Value::Null), { "name": "serde", "kind": null }]);
    let casework = json!([ours("engine", "dev".into())]);
    let metadata = json!({ "packages": [
        package("console", &console), package("judges", &judges), package("casework", &casework),
        package("novel", &json!([])),
    ]});
    let found = places(&arrows::off_the_arrows(&metadata));
    let wanted = ["judges", "casework", "novel"].map(|name| format!("crates/{name}/Cargo.toml:0"));
    assert_eq!(found, wanted);
}

#[test]
fn a_promise_is_broken_however_deep_and_not_by_tests() {
    let edge = |name: &str, kind: Value| json!({ "pkg": name, "dep_kinds": [{ "kind": kind }] });
    let far = |name: &str| json!({ "id": name, "name": name, "source": "registry" });
    let metadata = |kind: Value| {
        json!({
            "packages": [package("casework", &json!([])), far("cel"), far("tokio")],
            "resolve": { "nodes": [
                { "id": "casework", "deps": [edge("cel", Value::Null)] },
                { "id": "cel", "deps": [edge("tokio", kind)] },
            ]},
        })
    };
    let found = places(&arrows::broken_promises(&metadata(Value::Null)));
    assert_eq!(found, ["crates/casework/Cargo.toml:0"]);
    assert_eq!(arrows::broken_promises(&metadata("dev".into())), []);
}

#[test]
fn a_pure_crate_that_reads_the_clock_is_found_and_its_tests_may() {
    let text = "use std::fs;\n// std::net is not here\nlet now = SystemTime::now();\n";
    let tree = Tree::of(&[
        ("crates/casework/src/time.rs", text),
        ("crates/casework/src/time/tests.rs", text),
        ("crates/engine/src/clock.rs", text),
    ]);
    let found = places(&purity::impure(&tree));
    assert_eq!(found, ["crates/casework/src/time.rs:1", "crates/casework/src/time.rs:3"]);
}

#[test]
fn commands_that_differ_from_place_to_place_are_found() {
    let all = "step cargo fmt --check\n\
        step cargo clippy --workspace --all-targets -- -D warnings\n\
        step cargo test --workspace\nstep cargo deny check bans licenses sources\n";
    let page = "cargo run --release -- demo\ncargo test --workspace\n";
    let tree = |recipe: &str| {
        Tree::of(&[
            (".ci/run", all),
            ("justfile", recipe),
            ("CONTRIBUTING.md", all),
            ("README.md", page),
        ])
    };
    assert_eq!(commands::differing(&tree(all)), []);
    let lax = all.replace(" -- -D warnings", "");
    assert_eq!(places(&commands::differing(&tree(&lax))), ["justfile:0"]);
}

#[test]
fn an_exception_excuses_one_file_from_one_check() {
    let (long, also_long) = ("\n".repeat(401), "\n".repeat(402));
    let tree = Tree::of(&[("a.rs", long.as_str()), ("b.rs", also_long.as_str())]);
    let known = [Exception { check: Check::FileLength, path: "a.rs", because: "generated" }];
    let found = excuse(&known, Check::FileLength, shape::long_files(&tree));
    assert_eq!(places(&found), ["b.rs:0"]);
    let found = excuse(&known, Check::Opening, shape::without_opening(&tree));
    assert_eq!(places(&found), ["a.rs:1", "b.rs:1"]);
}

#[test]
fn an_exception_that_is_not_needed_or_one_too_many_is_found() {
    let long = "\n".repeat(401);
    let tree = Tree::of(&[("a.rs", long.as_str()), ("b.rs", "")]);
    let exception = |path, because| Exception { check: Check::FileLength, path, because };
    let needed = [exception("a.rs", "generated")];
    assert_eq!(stale(&needed, 1, &tree).unwrap(), []);
    assert_eq!(stale(&needed, 0, &tree).unwrap().len(), 1);
    let not_needed = [exception("b.rs", "it was long once")];
    assert_eq!(stale(&not_needed, 1, &tree).unwrap().len(), 1);
    let unexplained = [exception("a.rs", "")];
    assert_eq!(stale(&unexplained, 1, &tree).unwrap().len(), 1);
}

#[test]
fn every_check_is_listed_once() {
    for check in Check::ALL {
        assert_eq!(Check::ALL.iter().filter(|known| **known == check).count(), 1, "{check:?}");
    }
}
