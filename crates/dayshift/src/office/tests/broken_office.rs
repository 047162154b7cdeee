//! One thing wrong in `office.toml` at a time.

use super::check as check_file;

fn check(old: &str, new: &str, expected: &[&str]) {
    check_file("office.toml", old, new, expected);
}

#[test]
fn databases_and_their_statements() {
    check(
        "schema = \"data/desk.sql\"\n",
        "",
        &["W022 ⟦\"data/desk.db\"⟧ there is no database `data/desk.db` — \
             no such file, and no schema"],
    );
    check(
        "select id, kind, status from request",
        "select id, kidn, status from request",
        &["W023 ⟦kidn⟧ SQLite cannot prepare this statement: no such column: kidn — \
         it does not fit the database's schema"],
    );
    check(
        "where id = :id returning id, status\"",
        "where id = :id; drop table request\"",
        &["W024 ⟦drop table request⟧ there is more than one statement — "],
    );
    check(
        "select id, kind, status from request where",
        "delete from request where",
        &["W026 ⟦\"delete from request where id = :id\"⟧ this statement writes, but \
         its effect is \
         `read` — say `effect = \"write\"`, or change the statement"],
    );
    check(
        "parameters.sender = { kind = \"text\" }\n",
        "",
        &[
            "W025 ⟦:sender⟧ the parameter `sender` is not declared — there is `kind` and `title`",
            "W019 ⟦sender⟧ `request.add` has no argument `sender` — there is `kind` and `title`",
        ],
    );
    check(
        "parameters.sender",
        "parameters.seller = { kind = \"text\" }\nparameters.sender",
        &["W025 ⟦seller⟧ the SQL does not use `:seller` — did you mean `sender`?"],
    );
    check(
        "undo = \"request.close\"",
        "undo = \"request.clos\"",
        &["W012 ⟦\"request.clos\"⟧ no tool named `request.clos` — did you mean `request.close`?"],
    );
}

#[test]
fn secrets_times_and_names() {
    let imap = "kind = \"imap\"\nhost = \"imap.example\"\nuser = \"me\"\n\
        smtp = { host = \"smtp.example\" }\npassword = ";
    let folder = "kind = \"folder\"\ninbox = \"mailbox\"\nsent = \"sent\"\n";
    check(
        folder,
        &format!("{imap}\"hunter2\"\n"),
        &["W027 ⟦\"hunter2\"⟧ a secret does not belong in this file — say where it is: \
         { env = \"NAME\" }, { file = \"path\" } or { command = \"…\" }"],
    );
    check(folder, &format!("{imap}{{ env = \"DESK_PASSWORD\" }}\n"), &[]);
    check(
        "[mail.desk]",
        "[schedule.early]\nat = \"25:00\"\n\n[mail.desk]",
        &["W007 ⟦\"25:00\"⟧ `25:00` is not a time of day — write it as `\"07:30\"`"],
    );
    check(
        "[mail.desk]",
        "[schedule.early]\nevery = \"1h\"\ndays = [\"monday\"]\n\n[mail.desk]",
        &["W006 ⟦\"monday\"⟧ `monday` is not a day — did you mean `mon`?"],
    );
    check(
        "domains = [",
        "timezone = \"Europe/Berln\"\ndomains = [",
        &["W006 ⟦\"Europe/Berln\"⟧ no time zone is named `Europe/Berln` — such as `Europe/Berlin`"],
    );
}

#[test]
fn everything_wrong_is_told_at_once() {
    let dir = super::office();
    super::replace(&dir.path().join("office.toml"), "name = \"Me\"", "nmae = \"Me\"");
    let worker = dir.path().join("workers/inbox/worker.toml");
    super::replace(&worker, "mode = \"supervised\"", "mode = \"loose\"");
    super::replace(&worker, "allow = true", "alow = true");
    let found: Vec<_> = super::problems(dir.path()).iter().map(|problem| problem.code).collect();
    assert_eq!(found, ["W005", "W003", "W006", "W029", "W003"]);
}
