//! Runs each tidy check on the repository as a test of its own. What a check looks for, and that it
//! finds it, is tested beside the checks.

use xtask::tidy::{Check, Tree, root};

fn holds(check: Check) {
    let tree = Tree::read(root()).expect("the repository can be read");
    let findings = check.findings(&tree).expect("the check can be made");
    let listed: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert!(listed.is_empty(), "{} findings:\n{}\n", listed.len(), listed.join("\n"));
}

#[test]
fn crates_know_each_other_only_along_the_arrows() {
    holds(Check::Arrows);
}

#[test]
fn nothing_below_a_crate_breaks_its_promise() {
    holds(Check::Promises);
}

#[test]
fn the_pure_crates_touch_nothing_outside_themselves() {
    holds(Check::Purity);
}

#[test]
fn one_tls_provider_and_no_library_of_the_system() {
    holds(Check::Bans);
}

#[test]
fn each_dependency_has_a_reason_in_the_one_table() {
    holds(Check::Reasons);
}

#[test]
fn each_crate_is_under_the_lints_of_the_workspace() {
    holds(Check::Lints);
}

#[test]
fn no_source_is_longer_than_a_reader_can_hold() {
    holds(Check::FileLength);
}

#[test]
fn no_function_is_longer_than_a_page() {
    holds(Check::FunctionLength);
}

#[test]
fn no_line_is_wider_than_a_hundred_columns() {
    holds(Check::LineLength);
}

#[test]
fn each_source_opens_by_saying_what_it_is_for() {
    holds(Check::Opening);
}

#[test]
fn no_file_is_a_blob() {
    holds(Check::Blobs);
}

#[test]
fn names_say_what_a_thing_is() {
    holds(Check::Names);
}

#[test]
fn nothing_is_marked_as_unfinished() {
    holds(Check::Words);
}

#[test]
fn no_path_of_a_machine_is_written_down() {
    holds(Check::MachinePaths);
}

#[test]
fn each_lifted_lint_has_a_reason() {
    holds(Check::LiftedLints);
}

#[test]
fn each_error_code_has_a_page_and_each_page_a_code() {
    holds(Check::ErrorPages);
}

#[test]
fn what_is_checked_is_what_people_are_told_to_run() {
    holds(Check::Commands);
}

#[test]
fn exceptions_only_become_fewer() {
    holds(Check::Exceptions);
}

#[test]
fn each_check_is_run_here() {
    let own = include_str!("tidy.rs");
    let missing: Vec<Check> = Check::ALL
        .into_iter()
        .filter(|check| !own.contains(&format!("holds(Check::{check:?})")))
        .collect();
    assert_eq!(missing, []);
}
