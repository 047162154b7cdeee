//! What changes the people of an office, as decisions on the roll as it stands: console and command
//! line make the same ones. Saving them, with their entries, is the store's.

use crate::password::PasswordRefused;
use casework::office::{Change, Role};
use casework::{PersonId, Timestamp};
use engine::seams::{Amendment, Decide, Person, Roll};
use std::collections::BTreeSet;

/// Names are short words, because journals, files and addresses hold them.
const NAME_CHARACTERS_MAX: usize = 40;

/// A new person, without a password.
pub fn add(
    who: PersonId,
    name: String,
    mail: String,
    roles: BTreeSet<Role>,
    at: Timestamp,
) -> Decide {
    Box::new(move |roll: &Roll| {
        if !is_name(&who) {
            return Err("a person's name is a short word of small letters, digits, `-` and `_`");
        }
        if roles.is_empty() {
            return Err("a person has at least one role: reviewer, operator, auditor or owner");
        }
        if roll.person(&who).is_some() {
            return Err("there is a person of this name already");
        }
        let same_mail = |person: &Person| person.mail.eq_ignore_ascii_case(&mail);
        if !mail.is_empty() && roll.people.iter().any(same_mail) {
            return Err("another person has this mail address");
        }
        let name = if name.trim().is_empty() { who.to_string() } else { name.trim().to_owned() };
        let (mail, roles) = (mail.trim().to_owned(), roles.clone());
        let change = Change::PersonAdded { who: who.clone(), roles: roles.clone() };
        let person = Person { who: who.clone(), name, mail, roles, password: None, added_at: at };
        Ok(Amendment { people: vec![person], ..Amendment::of(vec![change]) })
    })
}

/// Other roles for a person. All their sign-ins end: what they may do is read when they sign in
/// again.
pub fn change_roles(who: PersonId, to: BTreeSet<Role>) -> Decide {
    Box::new(move |roll: &Roll| {
        let person = roll.person(&who).ok_or("there is no person of this name")?;
        if to.is_empty() {
            return Err("a person has at least one role; to take all, remove the person");
        }
        if person.roles == to {
            return Ok(Amendment::default());
        }
        if !to.contains(&Role::Owner) {
            not_the_last_owner(roll, person)?;
        }
        let from = person.roles.clone();
        let change = Change::RolesChanged { who: who.clone(), from, to: to.clone() };
        let person = Person { roles: to.clone(), ..person.clone() };
        let changing = Amendment { people: vec![person], ..Amendment::of(vec![change]) };
        Ok(changing.ending_all_of(&who, None, roll))
    })
}

/// Nobody any more: they are signed out and cannot sign in. Entries keep their name.
pub fn remove(who: PersonId) -> Decide {
    Box::new(move |roll: &Roll| {
        let person = roll.person(&who).ok_or("there is no person of this name")?;
        not_the_last_owner(roll, person)?;
        let change = Change::PersonRemoved { who: who.clone() };
        Ok(Amendment { removed: vec![who.clone()], ..Amendment::of(vec![change]) })
    })
}

/// A new password, by its hash (see [`crate::password::hash`]). All sign-ins end.
pub fn set_password(who: PersonId, hash: String) -> Decide {
    Box::new(move |roll: &Roll| {
        let person = roll.person(&who).ok_or("there is no person of this name")?;
        let change = Change::PasswordSet { who: who.clone() };
        let person = Person { password: Some(hash.clone()), ..person.clone() };
        let setting = Amendment { people: vec![person], ..Amendment::of(vec![change]) };
        Ok(setting.ending_all_of(&who, None, roll))
    })
}

/// Every sign-in of a person ends.
pub fn sign_out_everywhere(who: PersonId) -> Decide {
    Box::new(move |roll: &Roll| {
        roll.person(&who).ok_or("there is no person of this name")?;
        let change = Change::SignedOut { who: who.clone(), everywhere: true };
        Ok(Amendment::of(vec![change]).ending_all_of(&who, None, roll))
    })
}

/// A password as it will be kept, hashed where that holds nobody up.
///
/// # Errors
/// When it is too short or too long, or the machine cannot hash it.
pub async fn hashed(password: String) -> Result<String, PasswordRefused> {
    crate::password::Hashing::hash(password).await
}

fn not_the_last_owner(roll: &Roll, person: &Person) -> Result<(), &'static str> {
    if person.roles.contains(&Role::Owner) && roll.owners() == 1 {
        return Err("this is the last owner; make another person owner first");
    }
    Ok(())
}

fn is_name(who: &PersonId) -> bool {
    let name = who.as_str();
    let fits = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    name.chars().count() <= NAME_CHARACTERS_MAX
        && name.starts_with(fits)
        && name.chars().all(|letter| fits(letter) || letter == '-' || letter == '_')
}
