//! The commands and their help. What they do is in `command`.

mod audit;
mod cases;
mod person;
mod policy;

pub use audit::{
    AuditCommand, EraseArguments, ExportArguments, QuestionKind, VerifyArguments, WitnessArguments,
};
pub use cases::{AwayCommand, CaseArgument, CaseCommand, FromNowOn, GrantCommand, Seen};
use clap::{Args, Parser, Subcommand};
pub use person::PersonCommand;
pub use policy::PolicyCommand;
use std::path::PathBuf;

/// Digital workers that take on a job: mail in, an outcome out, people asked where judgement is
/// needed.
#[derive(Debug, Parser)]
#[command(
    name = "dayshift",
    version,
    about,
    after_help = "Examples:\n  \
        dayshift demo                     the example office, worked and shown\n  \
        dayshift init my-office           a new office of your own\n  \
        dayshift try my-office --mail ~/Mail/inbox.mbox\n                                    \
        what would be done with your mail; nothing is sent"
)]
pub struct Cli {
    /// What to do
    #[command(subcommand)]
    pub command: Command,
    /// Print one JSON object and nothing else
    #[arg(long, global = true)]
    pub json: bool,
    /// Say more about what happens, on standard error
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Work the example office with the embedded judges and show it
    #[command(after_help = "Examples:\n  dayshift demo\n  dayshift demo --once --json")]
    Demo(DemoArguments),
    /// Make a new, small office in an empty folder
    #[command(after_help = "Example:\n  dayshift init my-office && dayshift check my-office")]
    Init {
        /// The folder; it must be empty or not there yet
        dir: PathBuf,
    },
    /// Check an office: files, examples, and the policy as a table
    #[command(after_help = "Example:\n  dayshift check my-office")]
    Check {
        /// The office
        dir: PathBuf,
    },
    /// Work an office and serve its console until stopped
    #[command(after_help = "Example:\n  dayshift up my-office --port 7300")]
    Up {
        /// The office
        dir: PathBuf,
        /// The console's port on the loopback; 0 takes a free one; without it the office file's
        #[arg(long)]
        port: Option<u16>,
    },
    /// Work an office until nothing is due
    #[command(after_help = "Example:\n  dayshift run my-office --until-idle")]
    Run {
        /// The office
        dir: PathBuf,
        /// End when nothing is due (otherwise it goes on until stopped)
        #[arg(long)]
        until_idle: bool,
    },
    /// Say what would be done with these mails; nothing is sent or written outside
    #[command(after_help = "Examples:\n  dayshift try my-office --mail ~/Mail/inbox.mbox\n  \
            dayshift try my-office --mail ./some-eml-files --worker support-triage")]
    Try {
        /// The office
        dir: PathBuf,
        /// An .mbox file, an .eml file, or a folder of .eml files (a Maildir too)
        #[arg(long)]
        mail: PathBuf,
        /// Which worker; without it the first that hears a mail source
        #[arg(long)]
        worker: Option<String>,
    },
    /// List, show and answer cases
    #[command(subcommand)]
    Case(CaseCommand),
    /// List what people allowed from now on, and take it back
    #[command(subcommand)]
    Grant(GrantCommand),
    /// Say who is away, and who answers in their place
    #[command(subcommand)]
    Away(AwayCommand),
    /// Explain a ruling, and try the declarations of an office
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Check every source, tool, secret and the store
    #[command(after_help = "Example:\n  dayshift doctor my-office")]
    Doctor {
        /// The office
        dir: PathBuf,
    },
    /// Say who may sign in to the console, and what they may do
    #[command(subcommand)]
    Person(PersonCommand),
    /// Export, verify, prove, sign and erase: the audit trail
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Use one skill on files of your own
    #[command(subcommand)]
    Skill(SkillCommand),
    /// The process that reads documents from outside, with its limits; started by others
    #[command(hide = true, subcommand)]
    ReadChild(ReadChildCommand),
    /// List the tools of an office
    Tools {
        /// The office
        dir: PathBuf,
    },
    /// Say what takes how much room, and make some
    #[command(after_help = "Example:\n  dayshift size my-office --forget-after-days 365")]
    Size {
        /// The office
        dir: PathBuf,
        /// Remove journals and mails of cases that ended before so many days
        #[arg(long)]
        forget_after_days: Option<u32>,
    },
    /// Measure the loop beside other runtimes
    Bench(crate::bench::BenchArguments),
    /// Print the completion script of a shell
    #[command(after_help = "Example:\n  dayshift completions bash > dayshift.bash")]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub struct DemoArguments {
    /// Where the example office is copied to; a fresh folder in the temporary directory otherwise
    #[arg(long)]
    pub dir: Option<PathBuf>,
    /// The console's port on the loopback; 0 takes a free one
    #[arg(long, default_value_t = 7300)]
    pub port: u16,
    /// Work until nothing is due, print the table, end
    #[arg(long)]
    pub once: bool,
}

/// What the limited process reads; each from standard input.
#[derive(Debug, Clone, Subcommand)]
pub enum ReadChildCommand {
    /// The words of a PDF
    Pdf,
    /// A picture of one page
    Picture {
        /// The page
        page: u32,
    },
    /// The words of a picture
    Words {
        /// Languages, joined by `+`
        languages: String,
    },
    /// Which languages can be read in pictures
    Languages,
}

/// Skills.
#[derive(Debug, Subcommand)]
pub enum SkillCommand {
    /// Any document to text and fields
    #[command(after_help = "Example:\n  dayshift skill read mail.eml --json")]
    Read {
        /// The document
        file: PathBuf,
    },
    /// Fields of an invoice: from UBL or CII, from XML within a PDF, or from its pages
    #[command(after_help = "Examples:\n  dayshift skill invoice invoice.pdf --json\n  \
            dayshift skill invoice invoice.pdf --ignore-xml")]
    Invoice {
        /// XML, a PDF, a picture or plain text
        file: PathBuf,
        /// Read the pages even where XML travels with them
        #[arg(long)]
        ignore_xml: bool,
    },
    /// Train on labelled texts, certify, apply to others
    #[command(after_help = "Example:\n  \
            dayshift skill classify --train past.csv --test new.csv --promise 0.01 --sure 0.90\n\
            The files hold columns `text` and `label`.")]
    Classify {
        /// Labelled texts to learn from
        #[arg(long)]
        train: PathBuf,
        /// Labelled texts to apply it to
        #[arg(long)]
        test: PathBuf,
        /// At most this share of what is decided alone is wrong
        #[arg(long, default_value_t = 0.01)]
        promise: f64,
        /// With this confidence
        #[arg(long, default_value_t = 0.90)]
        sure: f64,
        /// Where a line per text is written: id,label,confidence,alone
        #[arg(long)]
        predictions: Option<PathBuf>,
    },
}
