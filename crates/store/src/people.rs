//! People, their passes and the office's own journal. A change is decided on what stands, and saved
//! with its entries by the writer that saves all entries; when another process was faster, the
//! number of the first entry fences it off and it is decided again.

use crate::fault;
use crate::retain::Chore;
use crate::round::{Appending, Saving};
use crate::rows::text;
use crate::sqlite::SqliteStore;
use casework::{Actor, CaseId, Chain, Digest, PersonId, Progress, Status, Timestamp};
use engine::seams::{
    AmendError, Amendment, Append, Decide, Held, Pass, People, Person, Roll, StoreError, Work,
    office_chain,
};
use serde_json::{Value, json};
use sqlx::Row as _;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

/// How often a change is decided again because others were faster.
const TRIES_MAX: u32 = 64;

/// The columns of a person, as [`parse_person`] reads them; a macro because texts of statements
/// are put together when compiled.
macro_rules! person {
    ($rest:literal) => {
        concat!("SELECT who, name, mail, roles, password, added_at FROM person ", $rest)
    };
}

/// The columns of a pass, as [`parse_pass`] reads them.
macro_rules! pass {
    ($rest:literal) => {
        concat!(
            "SELECT hash, who, is_link, proof, began_at, proved_at, seen_at, until FROM pass ",
            $rest
        )
    };
}

impl People for SqliteStore {
    fn roll(&self) -> Work<'_, Result<Roll, StoreError>> {
        Box::pin(async move { roll(&mut *self.reader().await?).await })
    }

    fn pass(&self, hash: Digest) -> Work<'_, Result<Option<Held>, StoreError>> {
        Box::pin(async move {
            let connection = &mut *self.reader().await?;
            let query = sqlx::query(pass!("WHERE hash = $1")).bind(hash.to_string());
            let row = query.fetch_optional(&mut *connection).await;
            let Some(row) = row.map_err(|error| fault::sorted(&error))? else { return Ok(None) };
            let pass = parse_pass(&row).map_err(|error| fault::sorted(&error))?;
            let query = sqlx::query(person!("WHERE who = $1")).bind(pass.who.0.clone());
            let row = query.fetch_optional(connection).await;
            let row = row.map_err(|error| fault::sorted(&error))?;
            let person = row.as_ref().map(parse_person).transpose();
            Ok(Some((pass, person.map_err(|error| fault::sorted(&error))?)))
        })
    }

    fn amend(
        &self,
        by: Actor,
        at: Timestamp,
        mut decide: Decide,
    ) -> Work<'_, Result<(), AmendError>> {
        Box::pin(async move {
            let mut tried = 0;
            loop {
                tried += 1;
                let (chain, roll) = {
                    let connection = &mut *self.reader().await?;
                    // The head first: what is saved after it fences this change off.
                    (head(connection).await?, roll(connection).await?)
                };
                let amendment = decide(&roll).map_err(|why| AmendError::Refused { why })?;
                if amendment.changes.is_empty() {
                    return Ok(());
                }
                let saving = saving(&amendment, chain, &by, at)?;
                match self.save(saving).await {
                    Err(StoreError::Lost { .. }) if tried < TRIES_MAX => {}
                    saved => return Ok(saved.map(drop)?),
                }
            }
        })
    }

    fn seen(&self, hash: Digest, at: Timestamp) -> Work<'_, Result<(), StoreError>> {
        Box::pin(self.chore(move |reply| Chore::Seen(hash, at, reply)))
    }
}

/// Notes when a pass was used.
pub(crate) async fn seen(
    connection: &mut SqliteConnection,
    hash: Digest,
    at: Timestamp,
) -> Result<(), StoreError> {
    let query = sqlx::query("UPDATE pass SET seen_at = $2 WHERE hash = $1 AND seen_at < $2");
    let done = query.bind(hash.to_string()).bind(at.0).execute(connection).await;
    done.map(drop).map_err(|error| fault::sorted(&error))
}

fn saving(
    amendment: &Amendment,
    chain: Chain,
    by: &Actor,
    at: Timestamp,
) -> Result<Saving, StoreError> {
    let unwritten = |_| fault::unreadable("a change of the office on its way in");
    let (lines, after) = amendment.lines(chain, by, at).map_err(unwritten)?;
    let append = Append {
        case: CaseId::OFFICE,
        lease: 0,
        first_seq: chain.length,
        count: after.length.saturating_sub(chain.length),
        hashes: chain.hashes(&lines),
        lines,
        head: after.head,
        progress: Progress {
            status: Status::Working,
            due_at: None,
            title: String::new(),
            party: None,
            ask: None,
            note: String::new(),
            spend_micro_usd: 0,
        },
        taken: Vec::new(),
        threads: Vec::new(),
        lessons: Vec::new(),
        release: false,
        sealed: None,
    };
    let people = rows(amendment, at);
    Ok(Saving::Append(Box::new(Appending { append, sealed: None, at, moves: false, people })))
}

/// The rows of `sql/people.sql`.
fn rows(amendment: &Amendment, at: Timestamp) -> Vec<Value> {
    let mut rows = vec![json!(["now", at.0])];
    rows.extend(amendment.ended.iter().map(|hash| json!(["ended", hash.to_string()])));
    rows.extend(amendment.people.iter().map(|person| {
        let roles: Vec<&str> = person.roles.iter().map(|role| role.word()).collect();
        let roles = json!(roles).to_string();
        let (who, name, mail) = (text(&person.who.0), text(&person.name), text(&person.mail));
        json!(["person", who, name, mail, roles, person.password, person.added_at.0])
    }));
    rows.extend(amendment.passes.iter().map(|pass| {
        let (who, link) = (text(&pass.who.0), i32::from(pass.is_link));
        let (began, proved) = (pass.began_at.0, pass.proved_at.0);
        let hash = pass.hash.to_string();
        json!(["pass", hash, who, link, pass.proof, began, proved, pass.seen_at.0, pass.until.0])
    }));
    rows.extend(amendment.removed.iter().map(|who| json!(["removed", text(&who.0)])));
    rows
}

async fn head(connection: &mut SqliteConnection) -> Result<Chain, StoreError> {
    let query = sqlx::query("SELECT entries, head FROM case_row WHERE case_no = 0");
    let row = query.fetch_one(connection).await.map_err(|error| fault::sorted(&error))?;
    let parse = || {
        let length: i64 = row.try_get_unchecked(0)?;
        let head = row.try_get_unchecked::<Option<Vec<u8>>, _>(1)?;
        let head = head.map(crate::admit::sized).transpose()?.map(Digest);
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        Ok(Chain { head: head.unwrap_or(office_chain().head), length })
    };
    parse().map_err(|error: sqlx::Error| fault::sorted(&error))
}

async fn roll(connection: &mut SqliteConnection) -> Result<Roll, StoreError> {
    let people = sqlx::query(person!("ORDER BY added_at, who"));
    let people = people.fetch_all(&mut *connection).await.map_err(|e| fault::sorted(&e))?;
    let passes = sqlx::query(pass!(""));
    let passes = passes.fetch_all(connection).await.map_err(|error| fault::sorted(&error))?;
    let people: Result<_, sqlx::Error> = people.iter().map(parse_person).collect();
    let passes: Result<_, sqlx::Error> = passes.iter().map(parse_pass).collect();
    Ok(Roll {
        people: people.map_err(|error| fault::sorted(&error))?,
        passes: passes.map_err(|error| fault::sorted(&error))?,
    })
}

fn parse_person(row: &SqliteRow) -> Result<Person, sqlx::Error> {
    let roles: String = row.try_get_unchecked(3)?;
    Ok(Person {
        who: PersonId::new(row.try_get_unchecked::<String, _>(0)?),
        name: row.try_get_unchecked(1)?,
        mail: row.try_get_unchecked(2)?,
        roles: serde_json::from_str(&roles).map_err(|error| sqlx::Error::Decode(error.into()))?,
        password: row.try_get_unchecked(4)?,
        added_at: Timestamp(row.try_get_unchecked(5)?),
    })
}

fn parse_pass(row: &SqliteRow) -> Result<Pass, sqlx::Error> {
    let undecoded = |what: &str| sqlx::Error::Decode(what.into());
    let hash: String = row.try_get_unchecked(0)?;
    let proof: String = row.try_get_unchecked(3)?;
    let at = |column: usize| row.try_get_unchecked(column).map(Timestamp);
    Ok(Pass {
        hash: Digest::parse(&hash).ok_or_else(|| undecoded("a pass without a hash"))?,
        who: PersonId::new(row.try_get_unchecked::<String, _>(1)?),
        is_link: row.try_get_unchecked::<i64, _>(2)? != 0,
        proof: serde_json::from_value(Value::from(proof))
            .map_err(|error| sqlx::Error::Decode(error.into()))?,
        began_at: at(4)?,
        proved_at: at(5)?,
        seen_at: at(6)?,
        until: at(7)?,
    })
}
