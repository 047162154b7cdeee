//! Who asks and who is asked: names beside or below their labels, else names of firms by where they
//! stand, what stands with them and whether an address of mail or web agrees. No list of firms.

mod names;

use super::Reading;
use super::claims::above;
use super::label::plain_text;
use super::phrases::Kind;
use super::sheet::{Place, Sheet};
use names::{domain_names, has_legal_form, is_bank, name_of, same_name, sender_line};

/// A name that may be a party's.
#[derive(Debug, Clone)]
struct Name {
    text: String,
    place: Place,
    seller: f32,
    buyer: f32,
}

pub(super) fn read(reading: &mut Reading<'_>) {
    let sheet = reading.sheet;
    let mut names = names(sheet);
    score(sheet, &mut names);
    let buyer = best(&names, |name| name.buyer, 0.45).cloned();
    let seller = {
        let others: Vec<Name> = names
            .iter()
            .filter(|name| {
                buyer.as_ref().is_none_or(|buyer| {
                    !same_name(&buyer.text, &name.text) || buyer.buyer < name.seller
                })
            })
            .cloned()
            .collect();
        best(&others, |name| name.seller, 0.25).cloned()
    };
    if let Some(seller) = &seller {
        reading.invoice.seller.name = Some(seller.text.clone());
        reading.mark("seller.name", seller.place, seller.seller / 1.8);
        if seller.seller < 0.6 {
            reading.warn("who sends the invoice is not plain on the page".to_owned());
        }
    }
    let buyer = buyer
        .filter(|buyer| seller.as_ref().is_none_or(|seller| !same_name(&seller.text, &buyer.text)));
    if let Some(buyer) = buyer {
        reading.invoice.buyer.name = Some(buyer.text.clone());
        reading.mark("buyer.name", buyer.place, buyer.buyer);
    }
}

fn best(names: &[Name], score: fn(&Name) -> f32, least: f32) -> Option<&Name> {
    let mut best: Option<&Name> = None;
    for name in names.iter().filter(|name| score(name) >= least) {
        if best.is_none_or(|best| score(name) > score(best) + 0.001) {
            best = Some(name);
        }
    }
    best
}

/// Every cell that could be a name, and names after labels within cells.
fn names(sheet: &Sheet) -> Vec<Name> {
    let mut names = Vec::new();
    for (row, one) in sheet.rows.iter().enumerate() {
        for (cell, one) in one.cells.iter().enumerate() {
            let mut from = 0;
            let mut labels = sheet.labels_in(row, cell).peekable();
            // "Sold by: Somebody Ltd"; "Lieferant GmbH" is a name, not a label.
            if let Some(label) = labels.peek() {
                let after = sheet.after(label.place).trim_start();
                let colon = after.starts_with(':');
                let labelling =
                    !matches!(label.kind, Kind::Description | Kind::Seller | Kind::Buyer);
                if label.place.from == 0 && (colon || labelling) {
                    if !matches!(label.kind, Kind::Seller | Kind::Buyer) {
                        continue;
                    }
                    let skipped = sheet.after(label.place).len() - after.len();
                    from = label.place.to + skipped + usize::from(colon);
                }
            }
            let text = one.text.get(from..).unwrap_or("");
            if let Some((name, start)) = name_of(text) {
                let from = from + start;
                let place = Place { row, cell, from, to: (from + name.len()).min(one.text.len()) };
                names.push(Name { text: name, place, seller: 0.0, buyer: 0.0 });
            }
        }
    }
    names
}

fn score(sheet: &Sheet, names: &mut [Name]) {
    let domains = domain_names(sheet);
    let texts: Vec<(String, f32)> =
        names.iter().map(|name| (plain_text(&name.text), sheet.area(name.place)[1])).collect();
    let senders: Vec<Place> = sender_places(sheet);
    for name in names {
        let plain = plain_text(&name.text);
        let [_, top, _, _] = sheet.area(name.place);
        let legal = has_legal_form(&name.text);
        let mut seller: f32 = if legal { 0.45 } else { 0.0 };
        if domains.iter().any(|domain| agrees(&plain, domain)) {
            seller += 0.4;
        }
        seller += standing(sheet.page(name.place), top);
        if is_repeated(&plain, top, &texts) {
            seller += 0.12;
        }
        if sheet
            .amounts
            .iter()
            .any(|amount| amount.place.row == name.place.row && amount.is_money())
        {
            seller -= 0.6;
        }
        if is_bank(&plain) {
            seller -= 0.5;
        }
        let owner = owner(sheet, name.place);
        if senders.contains(&whole(name.place)) {
            seller += 0.35;
        }
        let below_sender = senders.iter().any(|sender| is_below(sheet, *sender, name.place));
        name.buyer = if below_sender { 0.55 } else { 0.0 };
        match owner {
            Some((Kind::Seller, worth)) => seller += worth,
            Some((Kind::Buyer, worth)) => {
                name.buyer = name.buyer.max(worth);
                seller -= 0.9;
            }
            Some((Kind::Delivery, worth)) => {
                name.buyer = name.buyer.max(worth * 0.4);
                seller -= 0.9;
            }
            _ => {}
        }
        if owner.is_none() && below_sender {
            seller -= 0.7;
        }
        if owner.is_none() && addressed(sheet, name.place) {
            if salutation(sheet, name.place) {
                name.buyer = name.buyer.max(0.6);
                seller -= 0.6;
            } else {
                seller += 0.15;
                name.buyer = name.buyer.max(if legal { 0.3 } else { 0.46 } - top / 4000.0);
            }
        }
        name.seller = seller;
    }
}

/// Names of senders stand high on the first page.
fn standing(page: u32, top: f32) -> f32 {
    match (page, top) {
        (1, top) if top < 90.0 => 0.3,
        (1, top) if top < 200.0 => 0.15,
        (1, _) => 0.0,
        _ => -0.1,
    }
}

/// In the window of an envelope, below the line of its sender.
fn is_below(sheet: &Sheet, sender: Place, place: Place) -> bool {
    let [from, _, _, down] = sheet.area(sender);
    let [left, top, _, _] = sheet.area(place);
    let lines = (top - down) / sheet.line_height;
    sheet.page(sender) == sheet.page(place)
        && (-0.2..3.0).contains(&lines)
        && (left - from).abs() < 40.0
}

/// How often a name stands elsewhere counts, also where more follows it.
fn is_repeated(plain: &str, top: f32, texts: &[(String, f32)]) -> bool {
    let again = texts.iter().any(|(other, at)| other == plain && (at - top).abs() > 1.0);
    let begins = |(other, _): &(String, f32)| other.len() > plain.len() && other.starts_with(plain);
    again || plain.len() > 5 && texts.iter().any(begins)
}

fn whole(place: Place) -> Place {
    Place { from: 0, to: 0, ..place }
}

/// Cells like "Firm - Street 1 - 12345 City", from which a window of an envelope shows the sender.
fn sender_places(sheet: &Sheet) -> Vec<Place> {
    let mut places = Vec::new();
    for (row, one) in sheet.rows.iter().enumerate() {
        let whole_row = sender_line(&one.text());
        for (cell, one) in one.cells.iter().enumerate() {
            if sender_line(&one.text) || whole_row && cell == 0 {
                places.push(Place { row, cell, from: 0, to: 0 });
            }
        }
    }
    places
}

/// A name agrees with a domain that begins as it does, or holds its first word.
fn agrees(plain: &str, domain: &str) -> bool {
    domain.len() >= 4 && (plain.starts_with(domain) || domain.len() > 6 && plain.contains(domain))
        || plain.len() >= 5
            && domain.starts_with(plain.get(..plain.len().min(12)).unwrap_or("\u{0}"))
}

/// The label of a party above or before a name, and what it is worth.
fn owner(sheet: &Sheet, place: Place) -> Option<(Kind, f32)> {
    let party = |kind: Kind| matches!(kind, Kind::Seller | Kind::Buyer | Kind::Delivery);
    let within = sheet
        .labels_in(place.row, place.cell)
        .find(|label| party(label.kind) && label.place.to <= place.from);
    if let Some(label) = within {
        return Some((label.kind, label.strength));
    }
    if place.cell > 0 {
        let left = sheet
            .labels_in(place.row, place.cell - 1)
            .find(|label| party(label.kind) && stands_alone(sheet, label.place));
        if let Some(label) = left {
            return Some((label.kind, label.strength * 0.95));
        }
    }
    let claim = above(sheet, place, 5.0, |kind| {
        matches!(kind, Kind::Seller | Kind::Buyer | Kind::Delivery)
    })?;
    if !stands_alone(sheet, claim.label.place) {
        return None;
    }
    // The first name below the label is the party, the others are its street and city.
    let others = between(sheet, claim.label.place, place);
    let first = others == 0;
    Some((claim.label.kind, claim.label.strength * if first { 0.95 } else { 0.3 }))
}

/// A label of a party labels only when little else stands in its cell.
fn stands_alone(sheet: &Sheet, label: Place) -> bool {
    let rest = sheet.after(label).trim_start();
    let before = sheet.before(label).trim();
    (rest.is_empty() || rest.starts_with([':', '/', '(']) || rest.len() < 3)
        && before.split_whitespace().count() <= 2
}

/// How many names stand in a column between a label and a place below it.
fn between(sheet: &Sheet, label: Place, place: Place) -> usize {
    let below = sheet.below(label, 6.0).filter(|(row, _, _)| *row < place.row);
    below
        .filter(|(row, cell, _)| {
            let text = sheet.cell(*row, *cell).map_or("", |cell| cell.text.as_str());
            let labelled = sheet
                .labels_in(*row, *cell)
                .any(|label| label.place.from == 0 && label.kind == Kind::OtherNumber);
            !labelled && name_of(text).is_some()
        })
        .count()
}

/// Whether a postal code stands within five lines below, in the same column.
fn addressed(sheet: &Sheet, place: Place) -> bool {
    let below = sheet.below(place, 4.6);
    below.map(|(row, cell, _)| (row, cell)).any(|(row, cell)| {
        sheet.cell(row, cell).is_some_and(|cell| names::has_postcode(&cell.text))
    })
}

/// Whether the line above addresses somebody.
fn salutation(sheet: &Sheet, place: Place) -> bool {
    let [left, top, _, _] = sheet.area(place);
    let Some(row) = place.row.checked_sub(1).and_then(|row| sheet.rows.get(row)) else {
        return false;
    };
    row.cells.iter().any(|cell| {
        let near = (cell.left - left).abs() < 6.0 && top - cell.bottom < sheet.line_height;
        let words = plain_text(&cell.text);
        near && matches!(
            words.as_str(),
            "herrn"
                | "herr"
                | "frau"
                | "firma"
                | "mr"
                | "mrs"
                | "ms"
                | "mme"
                | "m"
                | "monsieur"
                | "madame"
                | "attn"
                | "familie"
                | "spettle"
                | "gentile"
        )
    })
}
