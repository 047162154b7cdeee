//! The bench's three tools: each leaves one line in the effects file, the outside world whose
//! duplicates are counted, and looks there when asked whether it happened.

use super::cases::{TOOLS, spec};
use casework::tool::ToolSpec;
use casework::{PermittedCall, ToolName};
use engine::seams::{LookUp, Tool, ToolError, ToolResult, Work};
use serde_json::json;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

struct BenchTool {
    spec: ToolSpec,
    effects: Arc<File>,
    path: PathBuf,
}

/// The tools, over one effects file.
///
/// # Errors
/// When the file cannot be opened.
pub fn tools(path: &Path) -> Result<BTreeMap<ToolName, Arc<dyn Tool>>, std::io::Error> {
    let file = File::options().create(true).append(true).open(path)?;
    let effects = Arc::new(file);
    let tool = |(name, about, names): &(&str, &str, &[&str])| {
        let spec = spec(name, about, names);
        let tool = BenchTool { spec, effects: effects.clone(), path: path.to_owned() };
        (ToolName::new(*name), Arc::new(tool) as Arc<dyn Tool>)
    };
    Ok(TOOLS.iter().map(tool).collect())
}

impl BenchTool {
    fn line(&self, call: &PermittedCall) -> String {
        let case = call.call().argument("case_id").as_str().unwrap_or_default();
        format!("{case} {}\n", self.spec.name)
    }

    fn result(&self, call: &PermittedCall) -> ToolResult {
        let argument = |name| call.call().argument(name).as_str().unwrap_or_default();
        let case = argument("case_id");
        let charge = json!({ "invoice": "INV-1", "amount": "49.00" });
        let data = match self.spec.name.as_str() {
            "lookup_customer" => json!({
                "customer_id": format!("C-{}", case.get(5..).unwrap_or_default()),
                "email": argument("email"),
                "plan": "business",
                "since": "2022-03-01",
                "open_invoices": 0,
                "last_charges": [charge, charge],
            }),
            "search_kb" => json!({
                "article": "KB-17",
                "title": "Duplicate charges",
                "text": "When a customer was charged twice for the same invoice, confirm that both \
                    charges carry the same invoice number, refund the later charge in full, send a \
                    corrected invoice and tell the customer that the refund arrives within 3 to 5 \
                    business days. Refunds above 500.00 need a second approval.",
            }),
            _ => json!({ "ok": true, "ticket": case, "status": argument("status") }),
        };
        ToolResult { data, threads: Vec::new() }
    }
}

impl Tool for BenchTool {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn call<'a>(&'a self, call: &'a PermittedCall) -> Work<'a, Result<ToolResult, ToolError>> {
        let written = (&*self.effects).write_all(self.line(call).as_bytes());
        let result = match written {
            Ok(()) => Ok(self.result(call)),
            Err(error) => Err(ToolError::InDoubt { known: error.to_string() }),
        };
        Box::pin(async move { result })
    }

    fn look_up<'a>(&'a self, call: &'a PermittedCall) -> Work<'a, Result<LookUp, ToolError>> {
        let line = self.line(call);
        let found = std::fs::read_to_string(&self.path).map(|effects| {
            if effects.lines().any(|known| known == line.trim_end()) {
                LookUp::Happened(self.result(call))
            } else {
                LookUp::Never
            }
        });
        let found = found.map_err(|error| ToolError::Unavailable {
            why: error.to_string(),
            retry_after_ms: None,
        });
        Box::pin(async move { found })
    }
}
