//! Settings that nobody typed: keys whose values were worked out.

use super::{Setting, Settings};
use crate::diagnostic::Diagnostic;

/// Stands in the place of a flag before what was not typed but worked out.
pub const WORKED_OUT: &str = "optimal:";

impl Settings {
    /// Sets a key to what was worked out for it, whatever was set before.
    ///
    /// # Errors
    /// A mistake of form.
    pub fn work_out(&mut self, typed: &str) -> Result<(), Box<Diagnostic>> {
        let setting = Setting::read(WORKED_OUT, typed)?;
        self.0.retain(|earlier| earlier.path() != setting.path());
        self.0.push(setting);
        Ok(())
    }

    /// What was worked out, for a reader.
    pub(in crate::scenario) fn worked_out(&self) -> Vec<String> {
        let shown = self.0.iter().filter(|setting| setting.is_worked_out());
        shown.map(|setting| format!("{}={}", setting.path(), &setting.shown[setting.value.span()])).collect()
    }
}

impl Setting {
    /// Whether nobody typed it.
    pub(super) fn is_worked_out(&self) -> bool {
        self.shown.starts_with(WORKED_OUT)
    }
}
