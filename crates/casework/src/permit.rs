//! A call that may be performed. Only this crate can make one, and only `Case::next_step` does:
//! connectors accept nothing else, so nothing runs without a ruling. It performs nothing.

use crate::ids::{AskId, CallId, CaseId, Digest, PersonId, RuleName, ToolName};
use crate::origin::Value;
use crate::tool::ToolCall;
use serde::{Deserialize, Serialize};

/// Why a call may run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permit {
    /// A rule allows it.
    ByRule(RuleName),
    /// A person approved exactly this call.
    ByPerson {
        /// The ask they answered.
        ask: AskId,
        /// Who; of several the last.
        who: PersonId,
        /// Who approved it before them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        with: Vec<PersonId>,
    },
}

/// A call together with its permit and its idempotency key.
///
/// It cannot be made outside this crate:
///
/// ```compile_fail
/// use casework::PermittedCall;
/// let forged = PermittedCall { case: todo!(), call: todo!(), permit: todo!(), key: todo!() };
/// ```
///
/// ```compile_fail
/// let forged = casework::PermittedCall::mint(todo!(), todo!(), todo!(), todo!());
/// ```
///
/// nor read from anywhere:
///
/// ```compile_fail
/// let forged: casework::PermittedCall = serde_json::from_str("{}").unwrap();
/// ```
///
/// Reading one that the core handed out is fine, which shows that the three above fail for the
/// reason given and not for a wrong path:
///
/// ```
/// fn read(permitted: &casework::PermittedCall) -> &casework::Permit { permitted.permit() }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct PermittedCall {
    case: CaseId,
    call: ToolCall,
    permit: Permit,
    key: Digest,
}

impl PermittedCall {
    pub(crate) fn mint(case: CaseId, call: ToolCall, permit: Permit, nonce: &str) -> Self {
        let key = idempotency_key(nonce, case, call.id);
        Self { case, call, permit, key }
    }

    /// The case it belongs to.
    pub fn case(&self) -> CaseId {
        self.case
    }

    /// The exact call.
    pub fn call(&self) -> &ToolCall {
        &self.call
    }

    /// The tool.
    pub fn tool(&self) -> &ToolName {
        &self.call.tool
    }

    /// The arguments, a map.
    pub fn arguments(&self) -> &Value {
        &self.call.arguments
    }

    /// Why it may run.
    pub fn permit(&self) -> &Permit {
        &self.permit
    }

    /// The same for each attempt of this call and for no other call anywhere: made from the case's
    /// nonce, its number and the call's number.
    pub fn key(&self) -> Digest {
        self.key
    }
}

/// The key of a call, from the nonce in its case's first entry: how a journal is searched for the
/// key that another system kept. It permits nothing.
pub fn idempotency_key(nonce: &str, case: CaseId, call: CallId) -> Digest {
    Digest::of(format!("dayshift call\n{nonce}\n{case}\n{call}").as_bytes())
}
