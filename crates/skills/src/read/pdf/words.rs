//! Letters of a page, as a parser hands them over one by one, put together to words by where they
//! stand. It knows no lines and no columns.

use pdf_extract::{MediaBox, OutputDev, OutputError, Transform};

use super::{Page, Word};

/// A gap of this share of a letter's size parts two words.
const GAP: f32 = 0.17;

/// Collects letters.
pub(super) struct Glyphs {
    letters: Vec<Letter>,
    letters_max: usize,
    origin: (f32, f32),
    size: (f32, f32),
}

/// A letter in a frame of its own direction: `along` its line, `down` the page.
struct Letter {
    text: String,
    turn: Turn,
    along: f32,
    width: f32,
    down: f32,
    size: f32,
}

/// How the line runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    Right,
    Up,
    Left,
    Down,
}

impl Glyphs {
    pub(super) fn new(letters_max: usize) -> Self {
        Self { letters: Vec::new(), letters_max, origin: (0.0, 0.0), size: (0.0, 0.0) }
    }

    pub(super) fn count(&self) -> usize {
        self.letters.len()
    }

    /// The page with its words; the direction most letters run in becomes "to the right".
    pub(super) fn into_page(self, number: u32) -> Page {
        let turns = [Turn::Right, Turn::Up, Turn::Left, Turn::Down];
        let count = |turn| self.letters.iter().filter(|letter| letter.turn == turn).count();
        let main = turns.into_iter().rev().max_by_key(|turn| count(*turn)).unwrap_or(Turn::Right);
        let mut page = Page { number, width: self.size.0, height: self.size.1, ..Page::default() };
        if matches!(main, Turn::Up | Turn::Down) {
            (page.width, page.height) = self.size_turned();
        }
        let size = self.size;
        let mut letters = self.letters;
        for turn in turns {
            let of_turn = letters.extract_if(.., |letter| letter.turn == turn).collect();
            for word in words(of_turn) {
                page.words.push(if turn == main { word } else { turned(word, turn, main, size) });
            }
        }
        let key = |word: &Word| (word.bottom, word.left);
        page.words.sort_by(|a, b| {
            let ((a_down, a_left), (b_down, b_left)) = (key(a), key(b));
            a_down.total_cmp(&b_down).then(a_left.total_cmp(&b_left))
        });
        page
    }

    fn size_turned(&self) -> (f32, f32) {
        (self.size.1, self.size.0)
    }
}

/// A word of another direction, brought into the main frame by way of the page.
fn turned(word: Word, from: Turn, to: Turn, (width, height): (f32, f32)) -> Word {
    let corners = [(word.left, word.top), (word.right, word.bottom)].map(|(x, y)| {
        let (x, y) = match from {
            Turn::Right => (x, y),
            Turn::Up => (y, height - x),
            Turn::Left => (width - x, height - y),
            Turn::Down => (width - y, x),
        };
        match to {
            Turn::Right => (x, y),
            Turn::Up => (height - y, x),
            Turn::Left => (width - x, height - y),
            Turn::Down => (y, width - x),
        }
    });
    let [(x1, y1), (x2, y2)] = corners;
    Word {
        text: word.text,
        left: x1.min(x2),
        right: x1.max(x2),
        top: y1.min(y2),
        bottom: y1.max(y2),
    }
}

/// Letters of one direction as words.
fn words(mut letters: Vec<Letter>) -> Vec<Word> {
    letters.sort_by(|a, b| a.down.total_cmp(&b.down).then(a.along.total_cmp(&b.along)));
    let mut words = Vec::new();
    let mut line: Vec<Letter> = Vec::new();
    let mut base = f32::NEG_INFINITY;
    for letter in letters {
        let size = line.last().map_or(letter.size, |last| last.size.min(letter.size));
        if letter.down - base > size * 0.3 {
            words_of_line(&mut line, &mut words);
            base = letter.down;
        }
        line.push(letter);
    }
    words_of_line(&mut line, &mut words);
    words
}

fn words_of_line(line: &mut Vec<Letter>, words: &mut Vec<Word>) {
    line.sort_by(|a, b| a.along.total_cmp(&b.along));
    let mut open: Option<(Word, Letter)> = None;
    for letter in line.drain(..) {
        if letter.text.chars().all(char::is_whitespace) {
            words.extend(open.take().map(|(word, _)| word));
            continue;
        }
        if let Some((word, last)) = open.as_mut() {
            let gap = letter.along - (last.along + last.width);
            let size = last.size.min(letter.size);
            // Bold by printing twice: the same letter at nearly the same place.
            if last.text == letter.text && (letter.along - last.along) < size * 0.12 {
                continue;
            }
            if gap < size * GAP {
                word.text.push_str(&letter.text);
                word.right = word.right.max(letter.along + letter.width);
                word.top = word.top.min(letter.down - letter.size * 0.75);
                word.bottom = word.bottom.max(letter.down);
                *last = letter;
                continue;
            }
            words.extend(open.take().map(|(word, _)| word));
        }
        let word = Word {
            text: letter.text.clone(),
            left: letter.along,
            right: letter.along + letter.width,
            top: letter.down - letter.size * 0.75,
            bottom: letter.down,
        };
        open = Some((word, letter));
    }
    words.extend(open.take().map(|(word, _)| word));
}

impl OutputDev for Glyphs {
    fn begin_page(
        &mut self,
        _page: u32,
        media: &MediaBox,
        _art: Option<(f64, f64, f64, f64)>,
    ) -> Result<(), OutputError> {
        self.origin = (narrow(media.llx), narrow(media.lly));
        self.size = (narrow(media.urx - media.llx), narrow(media.ury - media.lly));
        Ok(())
    }

    fn end_page(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn output_character(
        &mut self,
        place: &Transform,
        width: f64,
        _spacing: f64,
        font_size: f64,
        text: &str,
    ) -> Result<(), OutputError> {
        if self.letters.len() >= self.letters_max {
            return Ok(());
        }
        let (a, b) = (narrow(place.m11), narrow(place.m12));
        let (x, y) = (narrow(place.m31) - self.origin.0, narrow(place.m32) - self.origin.1);
        let stretch = a.hypot(b);
        let font_size = narrow(font_size).abs();
        let height = narrow(place.m21).hypot(narrow(place.m22)) * font_size;
        let sound = [x, y, stretch, height].iter().all(|number| number.is_finite());
        if !sound || height <= 0.0 {
            return Ok(());
        }
        let turn = match (a.abs() >= b.abs(), a >= 0.0, b >= 0.0) {
            (true, true, _) => Turn::Right,
            (true, false, _) => Turn::Left,
            (false, _, true) => Turn::Up,
            (false, _, false) => Turn::Down,
        };
        let down = self.size.1 - y;
        let (along, down) = match turn {
            Turn::Right => (x, down),
            Turn::Up => (self.size.1 - down, x),
            Turn::Left => (self.size.0 - x, self.size.1 - down),
            Turn::Down => (down, self.size.0 - x),
        };
        let width = if width > 0.0 { narrow(width) } else { 0.5 };
        let width = (width * font_size * stretch).min(height * 4.0);
        let text: String = text.chars().filter(|c| !c.is_control()).collect();
        if !text.is_empty() {
            self.letters.push(Letter { text, turn, along, width, down, size: height });
        }
        Ok(())
    }

    fn begin_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

/// Coordinates of a page fit a smaller number.
#[expect(clippy::cast_possible_truncation, reason = "coordinates need no more than f32 holds")]
fn narrow(number: f64) -> f32 {
    number as f32
}
