//! How offices arrange their approvals, and what may happen in them: drawn at random.

use casework::worker::Mode;
use proptest::prelude::{Just, Strategy, any, prop_oneof};

/// One move of the world.
#[derive(Clone, Debug)]
pub enum Move {
    Steps(u8),
    Mail {
        colleague: bool,
    },
    Reply {
        who: &'static str,
        back: u8,
        kind: u8,
        wrong_digest: bool,
        twice: bool,
    },
    Hours(u8),
    ClockBack(u8),
    Reopen,
    /// The tool is declared anew while the program is restarted.
    Redeclare,
    /// The process dies between the start and the end of the next call.
    DieInCall,
    Away {
        gone: bool,
    },
    RunOutGrants,
}

/// How the office is arranged.
#[derive(Clone, Debug)]
pub struct Config {
    pub mode: Mode,
    pub needed: u8,
    pub requester_may_approve: bool,
    pub lapse: u8,
    pub reminders_max: u8,
}

pub fn config() -> impl Strategy<Value = Config> {
    let mode = prop_oneof![8 => Just(Mode::Supervised), 1 => Just(Mode::Shadow)];
    (mode, 1u8..=2, any::<bool>(), 0u8..3, 0u8..4).prop_map(
        |(mode, needed, requester_may_approve, lapse, reminders_max)| Config {
            mode,
            needed,
            requester_may_approve,
            lapse,
            reminders_max,
        },
    )
}

pub fn moves() -> impl Strategy<Value = Vec<Move>> {
    let who = prop_oneof![
        4 => Just("mo"), 4 => Just("ines"), 2 => Just("dan"), 1 => Just("eve"), 2 => Just("lea"),
    ];
    let reply = (who, prop_oneof![6 => Just(0u8), 1 => 1u8..4], 0u8..12, 0u8..10, 0u8..6).prop_map(
        |(who, back, kind, digest, twice)| Move::Reply {
            who,
            back,
            kind,
            wrong_digest: digest == 0,
            twice: twice == 0,
        },
    );
    let one = prop_oneof![
        14 => (1u8..8).prop_map(Move::Steps),
        24 => reply,
        3 => any::<bool>().prop_map(|colleague| Move::Mail { colleague }),
        4 => prop_oneof![Just(1u8), Just(9), Just(25)].prop_map(Move::Hours),
        1 => (1u8..30).prop_map(Move::ClockBack),
        4 => Just(Move::Reopen),
        2 => Just(Move::Redeclare),
        2 => Just(Move::DieInCall),
        3 => any::<bool>().prop_map(|gone| Move::Away { gone }),
        1 => Just(Move::RunOutGrants),
    ];
    proptest::collection::vec(one, 6..28)
}
