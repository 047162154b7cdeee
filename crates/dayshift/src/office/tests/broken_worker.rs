//! One thing wrong in a job description at a time.

use super::{check as check_file, line, office, problems, replace};

fn check(old: &str, new: &str, expected: &[&str]) {
    check_file("workers/inbox/worker.toml", old, new, expected);
}

#[test]
fn keys_and_types() {
    check(
        "goal = ",
        "gaol = ",
        &[
            "W005 ⟦⟧ `goal` is missing — `goal` says what it is for",
            "W003 ⟦gaol⟧ there is no key `gaol` here — did you mean `goal`?",
        ],
    );
    check(
        r#"role = "Inbox""#,
        "role = 7",
        &["W004 ⟦7⟧ this must be a text, not of type integer — write a text here"],
    );
    check("role = ", "role ", &["W002 ⟦⟧ this is not TOML: key with no value, expected `=` — "]);
    check(
        "mode = \"supervised\"",
        "mode = \"supervized\"",
        &["W006 ⟦\"supervized\"⟧ `supervized` is not one of the words for this — \
         did you mean `supervised`?"],
    );
}

#[test]
fn tools_sources_people_and_models_that_are_not_there() {
    check(
        "\"mail.reply\"]",
        "\"mail.repy\", \"mail.reply\"]",
        &["W012 ⟦\"mail.repy\"⟧ no tool named `mail.repy` — did you mean `mail.reply`?"],
    );
    check(
        "call = \"request.add\"",
        "call = \"request.ad\"",
        &["W012 ⟦\"request.ad\"⟧ no tool named `request.ad` — did you mean `request.add`?"],
    );
    check(
        "tool = \"request.add\"\nallow",
        "tool = \"request.close\"\nallow",
        &["warning W040 ⟦\"request.close\"⟧ this rule can never fire: `request.close` is not in \
         `tools` — add it to `tools`, or remove the rule"],
    );
    check(
        "mail:desk",
        "mail:dsk",
        &["W013 ⟦\"mail:dsk\"⟧ no source named `mail:dsk` — did you mean `mail:desk`?"],
    );
    check(
        "[\"lead\"]",
        "[\"laed\"]",
        &[
            "warning W041 ⟦{ default = [\"laed\"] }⟧ nobody is asked by default — add `default`",
            "W014 ⟦\"laed\"⟧ nobody is `laed` or holds this role — did you mean `lead`?",
        ],
    );
    check(
        "goal = ",
        "model = \"big\"\ngoal = ",
        &["W030 ⟦\"big\"⟧ no model named `big` — there is none of these yet"],
    );
}

#[test]
fn names_that_no_earlier_step_gives() {
    check(
        "kind = \"$kind\"",
        "kind = \"$knid\"",
        &["W015 ⟦knid⟧ there is no value `knid` here — did you mean `kind`?"],
    );
    check(
        "signal.automatic != \"\"'\nfinish",
        "request != null'\nfinish",
        &["W015 ⟦request⟧ there is no value `request` here — the step `request` comes later"],
    );
    check(
        "found.kind == kind",
        "fuond.kind == kind",
        &["W015 ⟦fuond⟧ there is no value `fuond` here — did you mean `found`?"],
    );
    check(
        "deny = 'args.to",
        "deny = 'arg.to",
        &["W015 ⟦arg⟧ there is no value `arg` here — did you mean `args`?"],
    );
    check(
        "kept as request {{ request.id }}",
        "kept as request {{ reqest.id }}",
        &["W015 ⟦reqest⟧ there is no value `reqest` here — did you mean `request`?"],
    );
}

#[test]
fn conditions_and_templates_that_cannot_be_read() {
    check(
        "'kind != \"other\"'",
        "'lower(kind) != \"other\"'",
        &["W016 ⟦lower⟧ no function is named `lower` — not known here"],
    );
    check(
        "automatic mail: {{ signal.automatic }}",
        "automatic mail: {{ signal.automatic",
        &["W017 ⟦{{ signal.automatic⟧ a `{{` is never closed in `automatic mail: \
         {{ signal.automatic` — it needs a `}}`"],
    );
    let dir = office();
    let file = dir.path().join("workers/inbox/worker.toml");
    replace(&file, "'kind != \"other\"'", "'kind != '");
    let found = problems(dir.path());
    let codes: Vec<_> = found.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["W016"], "{:?}", found.iter().map(line).collect::<Vec<_>>());
}

#[test]
fn names_of_steps() {
    check(
        "name = \"thanks\"",
        "name = \"kind\"",
        &["W010 ⟦\"kind\"⟧ there are two steps named `kind` — what a step gives goes by its name"],
    );
    check(
        "name = \"thanks\"",
        "name = \"signal\"",
        &["W010 ⟦\"signal\"⟧ a step cannot be named `signal` — \
         this name means something else in conditions"],
    );
    check(
        "name = \"thanks\"",
        "name = \"thank you\"",
        &["W006 ⟦\"thank you\"⟧ a step cannot be named `thank you` — \
         letters, digits and `_`, not beginning with a digit"],
    );
}

#[test]
fn a_step_has_exactly_one_thing_to_do() {
    let call = "call = \"request.add\"\n";
    check(
        call,
        &format!("{call}wait = \"2h\"\n"),
        &["W011 ⟦\"2h\"⟧ this step has a second thing to do: `wait` — make it a step of its own"],
    );
    check(
        "finish = { aside = \"automatic mail: {{ signal.automatic }}\" }",
        "",
        &["W011 ⟦[[step]]⟧ this step does nothing — it needs one thing to do"],
    );
    let old = "[done]";
    let step = |act: &str| format!("[[step]]\nname = \"more\"\n{act}\n\n[done]");
    check(
        old,
        &step("wait = \"two hours\""),
        &["W007 ⟦\"two hours\"⟧ `two hours` is not a length of time — \
         a number and `s`, `m`, `h`, `d` or `w`: `\"2h\"`"],
    );
    check(
        old,
        &step("again = { to = \"more\", at_most = 3 }"),
        &["W018 ⟦\"more\"⟧ `more` is not an earlier step — there is `automatic`, `kind`, \
         `request` \
         and `thanks`"],
    );
    check(
        old,
        &step("again = { to = \"kind\" }"),
        &["W005 ⟦{ to = \"kind\" }⟧ `at_most` is missing — `at_most` says how often in one case"],
    );
    check(
        old,
        &step("ask = { to = \"boss\", text = \"well?\" }"),
        &["W014 ⟦\"boss\"⟧ `reviewers` names no role `boss` — there is `default`"],
    );
    check(
        old,
        &step("finish = { done = \"a\", aside = \"b\" }"),
        &["W011 ⟦{ done = \"a\", aside = \"b\" }⟧ a case ends in one way — \
         either `done = \"…\"` or `aside = \"…\"`"],
    );
}

#[test]
fn every_kind_of_step_can_be_written() {
    let steps = r#"
[[step]]
name = "amount"
judge = { extract = "{{ signal.text }}", fields = { amount = "how much", on = "which day" } }
[[step]]
judge = { match = "$amount", candidates = "$request" }
[[step]]
name = "said"
judge = { answer = "$signal.text" }
[[step]]
name = "draft"
judge = { write = "thank them for {{ said }}" }
[[step]]
name = "boss"
when = 'size(draft) > 10 && [1, 2].exists(n, n > 1)'
ask = { text = "send {{ draft }}?" }
otherwise = "skip"
[[step]]
name = "rest"
wait = "2h"
[[step]]
again = { to = "said", at_most = 3 }
[[step]]
hand_over = "a person goes on with {{ case.id }}"

[done]"#;
    check("[done]", steps, &[]);
}

#[test]
fn numbers_labels_and_arguments_out_of_bounds() {
    check(
        "wrong_at_most = 0.02",
        "wrong_at_most = 2",
        &["W008 ⟦2⟧ `wrong_at_most` cannot be 2 — more than 0 and less than 0.5"],
    );
    check("open_days = 14", "open_days = 0", &["W008 ⟦0⟧ `open_days` is out of range — 1 or more"]);
    check(
        "open_days = 14",
        "open_day = 14",
        &["W003 ⟦open_day⟧ there is no key `open_day` here — did you mean `open_days`?"],
    );
    check(
        "\"question\", \"other\"]",
        "\"order\", \"other\"]",
        &["W009 ⟦\"order\"⟧ the label `order` stands here twice — remove one of them"],
    );
    check(
        "into = [\"order\", \"question\", \"other\"]",
        "into = []",
        &["W009 ⟦[]⟧ there is nothing to choose between — at least two labels"],
    );
    check(
        "sender = \"$signal.sender\" }",
        "sendr = \"$signal.sender\" }",
        &["W019 ⟦sendr⟧ `request.add` has no argument `sendr` — did you mean `sender`?"],
    );
    check(
        "kind = \"$kind\", ",
        "",
        &["W020 ⟦\"request.add\"⟧ `request.add` needs the argument `kind` — \
             add `kind = …` to `with`"],
    );
    check(
        "with = { id = \"$request.id\" }",
        "with = { id = \"one\" }",
        &["W021 ⟦\"one\"⟧ the argument `id` must be a whole number — `request.get` declares it so"],
    );
    check(
        "allow = true",
        "allow = false",
        &["W029 ⟦false⟧ a rule that never matches says nothing — `true`, or a condition as a text"],
    );
    check(
        "allow = true",
        "",
        &["W029 ⟦[[rule]]⟧ a rule says one thing — \
         one of `allow`, `ask` and `deny`, with `true` or a condition"],
    );
}
