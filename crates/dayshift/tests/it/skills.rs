//! Single skills on files: reading a mail, learning from labelled texts. How good they are is
//! measured elsewhere.

use crate::office;
use crate::program::{Seeded, run};

#[test]
fn a_mail_is_read_into_text_and_fields() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("one.eml"), office::mail(4)).unwrap();
    let read = run(dir.path(), &["skill", "read", "one.eml", "--json"]).well();
    let text = read["text"].as_str().unwrap();
    assert!(text.contains("The lamp with number 4 flickers."), "{read}");
    assert_eq!(read["fields"]["subject"], "Lamp 4", "{read}");
    let missing = run(dir.path(), &["skill", "read", "none.eml"]);
    assert!(missing.ended_with(3).stderr.contains("cannot read none.eml"), "{missing:?}");
}

/// Texts whose label shows in their words, in random order with random filling.
fn corpus(seed: u64, texts: usize) -> String {
    const KINDS: [(&str, [&str; 4]); 3] = [
        ("lamp", ["bulb", "flicker", "shade", "switch"]),
        ("van", ["delivery", "driver", "ramp", "parcel"]),
        ("bill", ["invoice", "payment", "refund", "charge"]),
    ];
    const FILLING: [&str; 6] = ["please", "today", "again", "my", "the", "about"];
    let mut random = Seeded(seed);
    let mut csv = String::from("text,label\n");
    for _ in 0..texts {
        let (label, words) = KINDS[random.below(3) as usize];
        let mut text = Vec::new();
        for _ in 0..4 {
            text.push(FILLING[random.below(6) as usize]);
            text.push(words[random.below(4) as usize]);
        }
        csv.push_str(&format!("{},{label}\n", text.join(" ")));
    }
    csv
}

#[test]
fn a_classifier_learns_from_one_file_and_names_the_texts_of_another() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("past.csv"), corpus(1, 600)).unwrap();
    std::fs::write(dir.path().join("new.csv"), corpus(2, 150)).unwrap();
    let arguments = ["skill", "classify", "--train", "past.csv", "--test", "new.csv", "--promise"];
    let more = ["0.05", "--sure", "0.90", "--predictions", "said.csv", "--json"];
    let said = run(dir.path(), &[&arguments[..], &more].concat()).well();
    assert!(said["accuracy"].as_f64() > Some(0.95), "{said}");
    assert!(said["realised_error"].as_f64() <= Some(0.05), "{said}");
    assert!(said["abstained"].as_u64() < Some(150), "{said}");

    let predictions = std::fs::read_to_string(dir.path().join("said.csv")).unwrap();
    let lines: Vec<&str> = predictions.lines().collect();
    assert_eq!((lines[0], lines.len()), ("id,label,confidence,alone", 151));
    let alone = lines.iter().filter(|line| line.ends_with(",true")).count() as u64;
    assert_eq!(Some(150 - alone), said["abstained"].as_u64());
}

#[test]
fn a_file_without_the_columns_is_said_with_its_name() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("past.csv"), "words,kind\na,b\n").unwrap();
    let arguments = ["skill", "classify", "--train", "past.csv", "--test", "past.csv"];
    let told = run(dir.path(), &arguments);
    assert!(told.ended_with(3).stderr.contains("past.csv"), "{told:?}");
}
