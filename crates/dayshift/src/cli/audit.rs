//! The commands of the audit trail and their help.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// What can be done with the audit trail.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Write the trail into one file that can be verified offline, or answer a question from it
    #[command(after_help = "Examples:\n  dayshift audit export my-office --out audit.jsonl\n  \
            dayshift audit export my-office --person jo@customer.example --out jo.jsonl\n")]
    Export(ExportArguments),
    /// Verify an office's trail, an export of it, or a proof; needs nothing but the file
    #[command(after_help = "Examples:\n  dayshift audit verify my-office\n  \
            dayshift audit verify audit.jsonl --checkpoint printed-in-march.txt\n  \
            dayshift audit verify audit.jsonl --key 'lantern/1a2b3c4d+…' --witness auditor.pub")]
    Verify(VerifyArguments),
    /// Prove that one effect happened as recorded: one file for `audit verify`
    #[command(after_help = "Examples:\n  \
            dayshift audit prove 12/7 --office my-office --out proof.jsonl\n\
            An effect is a case and a call, or the idempotency key that the other side has.")]
    Prove {
        /// CASE/CALL, or the call's idempotency key
        effect: String,
        /// The office
        #[arg(long, default_value = ".")]
        office: PathBuf,
        /// The file; without it standard output
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Print the public half of the key that signs an office's checkpoints
    Key {
        /// The office
        dir: PathBuf,
    },
    /// Print the newest checkpoint: mail it, print it, give it to a witness
    #[command(after_help = "Examples:\n  dayshift audit checkpoint my-office > today.txt\n  \
            dayshift audit checkpoint my-office --since last-month.txt > for-the-witness.txt")]
    Checkpoint {
        /// The office
        dir: PathBuf,
        /// With the proof that it continues this earlier one: what a witness asks for
        #[arg(long)]
        since: Option<PathBuf>,
    },
    /// As a witness: check that a checkpoint continues what was seen before, and cosign it
    #[command(after_help = "Example:\n  \
            dayshift audit witness for-the-witness.txt --key witness.key --seen seen.txt \\\n    \
            --log 'lantern/1a2b3c4d+…' > cosigned.txt")]
    Witness(WitnessArguments),
    /// Take a person's words out of the office's journals; the trail still verifies
    #[command(after_help = "Example:\n  \
            dayshift audit erase my-office --person jo@customer.example --why 'request of 3 May'")]
    Erase(EraseArguments),
}

/// Arguments of `audit export`.
#[derive(Debug, Args)]
pub struct ExportArguments {
    /// The office
    pub dir: PathBuf,
    /// The file
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// Only this case
    #[arg(long)]
    pub case: Option<u64>,
    /// Only cases in which this address, name or person stands
    #[arg(long)]
    pub person: Option<String>,
    /// Answer this instead
    #[arg(long, value_enum, conflicts_with = "about")]
    pub question: Option<QuestionKind>,
    /// Which call, for questions about one
    #[arg(long)]
    pub call: Option<u32>,
    /// Answer instead: everything that touched this person
    #[arg(long)]
    pub about: Option<String>,
}

/// Questions that are answered from the trail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum QuestionKind {
    /// Who approved this, and what did they see?
    Approvals,
    /// Whose words influenced this effect?
    Influences,
    /// What would be ruled otherwise under today's rules?
    UnderPolicy,
}

/// Arguments of `audit verify`.
#[derive(Debug, Args)]
pub struct VerifyArguments {
    /// An office, an export or a proof
    pub path: PathBuf,
    /// A checkpoint from before that the trail must continue; may be given again
    #[arg(long = "checkpoint")]
    pub checkpoints: Vec<PathBuf>,
    /// The log's public key, as text or in a file; without it the trail's own word is taken
    #[arg(long)]
    pub key: Option<String>,
    /// A witness's public key, as text or in a file: a checkpoint must be cosigned by it
    #[arg(long)]
    pub witness: Option<String>,
}

/// Arguments of `audit witness`.
#[derive(Debug, Args)]
pub struct WitnessArguments {
    /// What `audit checkpoint --since` printed
    pub request: PathBuf,
    /// The witness's key; made when there is none
    #[arg(long)]
    pub key: PathBuf,
    /// The witness's name, for a new key: such as auditor.example
    #[arg(long)]
    pub name: Option<String>,
    /// Where the witness keeps the last checkpoint that it cosigned
    #[arg(long)]
    pub seen: PathBuf,
    /// The log's public key, as text or in a file
    #[arg(long)]
    pub log: String,
}

/// Arguments of `audit erase`.
#[derive(Debug, Args)]
pub struct EraseArguments {
    /// The office
    pub dir: PathBuf,
    /// Whose words: the address under which they wrote
    #[arg(long)]
    pub person: String,
    /// Why, for the office's journal; do not name the person
    #[arg(long, default_value = "a request to be forgotten")]
    pub why: String,
    /// Who does it: a person of the office
    #[arg(long = "as")]
    pub operator: Option<String>,
    /// Do it without asking
    #[arg(long)]
    pub yes: bool,
}
