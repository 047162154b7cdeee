//! A worker's steps as data. `case::decide` walks them; here they only say what they are. There is
//! no jump but backwards, and that with a bound, so every walk ends.

use crate::condition::Condition;
use crate::ids::{RoleName, ToolName};
use crate::template::Template;
use std::collections::BTreeMap;

/// The steps, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Procedure {
    /// Empty for a worker that a model leads without a plan.
    pub steps: Vec<StepSpec>,
    /// The steps are a plan that a model carries out: it says which of those that are left comes
    /// next and fills in the arguments that stand as `$model`. It can leave steps out; it can add
    /// none.
    pub led_by_model: bool,
}

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub struct StepSpec {
    /// Its name; what it gives is a value of this name.
    pub name: String,
    /// Taken only when this holds.
    pub when: Option<Condition>,
    /// What it does.
    pub act: Act,
    /// What happens when it is denied, rejected, fails or lapses.
    pub otherwise: Otherwise,
}

/// What happens when a step cannot be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Otherwise {
    /// A person takes the case over.
    #[default]
    HandOver,
    /// The next step comes; the step's value stays absent.
    Skip,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Raises a question.
    Judge(QuestionSpec),
    /// Calls a tool.
    Call {
        /// The tool.
        tool: ToolName,
        /// Its arguments.
        with: BTreeMap<String, Template>,
    },
    /// Asks a person in words.
    Ask {
        /// Who.
        to: RoleName,
        /// What.
        text: Template,
        /// The fields of the answer; without any it is given in words.
        form: Vec<crate::ask::form::Field>,
    },
    /// Rests.
    Wait {
        /// For how long.
        length_ms: u64,
    },
    /// Ends the case: done, or set aside.
    Finish {
        /// Set aside: nothing had to be done.
        aside: bool,
        /// In one line.
        why: Template,
    },
    /// A person takes over.
    HandOver {
        /// Why.
        why: Template,
    },
    /// Goes back to an earlier step.
    Again {
        /// Its position.
        to: usize,
        /// At most this often in a case; after that the next step comes.
        at_most: u32,
    },
}

/// A question with its text still to be filled from the case.
#[derive(Clone, Debug, PartialEq)]
pub enum QuestionSpec {
    /// See [`crate::judgement::Question::Classify`].
    Classify {
        /// What is judged.
        text: Template,
        /// The labels.
        into: Vec<String>,
    },
    /// See [`crate::judgement::Question::Extract`].
    Extract {
        /// What is read.
        text: Template,
        /// Field name to meaning.
        fields: BTreeMap<String, String>,
    },
    /// See [`crate::judgement::Question::Match`].
    Match {
        /// What is looked for.
        subject: Template,
        /// The candidates.
        candidates: Template,
    },
    /// See [`crate::judgement::Question::Answer`].
    Answer {
        /// The question.
        text: Template,
    },
    /// See [`crate::judgement::Question::Write`].
    Write {
        /// What it must say.
        brief: Template,
    },
}
