//! An admin at a group: what may be done once it is known that they may do it now.

use super::state::{Expected, Goal, Pending, Screen, Subject};
use super::text::{Choice, PanelLabel, PanelText};
use super::turn::{Key, Turn};
use super::word::{Away, Word};
use super::{addresses, choices, log_chat, overview, passwords, raid, roster, stepping_in, walk};
use crate::administration::desk;
use crate::administration::detail::Detail;
use crate::administration::outcome::Message;
use crate::administration::settings::Settings;
use crate::administration::staff::Rank;
use crate::administration::text::Label;
use crate::verification::GateId;

/// One step at a group, of an admin whose rights there were looked up for this very step.
///
/// Everything that changes a gate is here or in what is called with a `Visit`.
pub(super) struct Visit<'t, 'p, 'f> {
    pub turn: &'t mut Turn<'p, 'f>,
    pub gate: GateId,
    /// What came of the last press: stands above the next screen.
    pub note: Option<PanelText>,
}

/// What a screen says, and its own buttons; those that lead on or back come by themselves.
pub(super) struct Page {
    pub text: PanelText,
    pub rows: Vec<Vec<Key>>,
}

impl<'t, 'p, 'f> Visit<'t, 'p, 'f> {
    pub(in crate::administration::panel) fn new(
        turn: &'t mut Turn<'p, 'f>,
        gate: GateId,
    ) -> Visit<'t, 'p, 'f> {
        Visit { turn, gate, note: None }
    }

    /// The settings of this gate, as this step leaves them.
    pub fn settings(&self) -> Option<Settings> {
        self.turn.settings(self.gate)
    }

    pub fn is_fixed(&self) -> bool {
        self.turn.is_fixed(self.gate)
    }

    /// Not on duty yet.
    pub fn is_draft(&self) -> bool {
        self.settings().is_some_and(|settings| !settings.open)
    }

    /// Whether this admin may change the gate.
    pub fn keeps(&self) -> bool {
        !self.is_fixed()
            && self.settings().is_some_and(|settings| {
                self.turn.rank() >= Rank::Enrolled || settings.admins.contains(&self.turn.admin)
            })
    }

    /// Changes the settings as they are in this very step, and tells the log and the desk.
    /// Returns whether anything is different now.
    pub fn amend(
        &mut self,
        what: &str,
        detail: Detail,
        change: impl FnOnce(&mut Settings),
    ) -> bool {
        let Some(before) = self.settings().filter(|_| self.keeps()) else { return false };
        let mut after = before.clone();
        change(&mut after);
        if after == before {
            return false;
        }
        after.admins.insert(self.turn.admin);
        let concerns_desk = before.open || after.open;
        self.turn.put_settings(self.gate, after);
        self.turn.deed(Some(self.gate), what, detail);
        if concerns_desk {
            self.tell_desk(desk::What::Changed { by: self.turn.admin });
        }
        true
    }

    pub fn tell_desk(&mut self, what: desk::What) {
        self.turn.note(Message::Desk(self.gate, what));
    }

    // Where to.

    pub fn go(&mut self, goal: &Goal) {
        match goal {
            Goal::Overview => self.go_on(),
            Goal::Passwords => self.turn_to(Subject::Passwords),
            Goal::Roster => self.turn_to(Subject::Roster),
            Goal::LogChat => self.turn_to(Subject::LogChat),
            Goal::Raid => self.turn_to(Subject::Raid),
            Goal::Examine => {
                self.examine();
                self.note = Some(PanelText::Examining);
                self.go_on();
            }
            Goal::StepIn(wish) => stepping_in::go_on(self, wish),
        }
    }

    /// To everything that is set; or to where the set-up was left; or into it.
    pub fn go_on(&mut self) {
        if self.is_fixed() {
            // Nobody set it up here: those who look at it are those who look after it.
            self.tell_desk(desk::What::Attached { by: self.turn.admin });
            return self.show(Subject::Overview);
        }
        match self.settings() {
            None => walk::begin(self),
            Some(settings) if settings.open => self.show(Subject::Overview),
            Some(_) => walk::resume(self),
        }
    }

    pub fn turn_to(&mut self, subject: Subject) {
        if self.settings().is_none() && !self.is_fixed() && self.turn.rank() >= Rank::Enrolled {
            walk::begin(self);
        } else if self.keeps() || matches!(subject, Subject::Overview | Subject::Raid) {
            self.show(subject);
        } else {
            self.show_only();
        }
    }

    /// The desk looks at the group, and writes what it finds.
    fn examine(&mut self) {
        if self.turn.exists(self.gate) {
            self.tell_desk(desk::What::Examine { by: self.turn.admin });
        }
    }

    /// The desk looks at the group once more, and changes what it wrote.
    pub fn look_again(&mut self) {
        if self.turn.exists(self.gate) {
            self.tell_desk(desk::What::LookAgain { by: self.turn.admin });
        }
    }

    /// For those who may not change this gate.
    pub fn show_only(&mut self) {
        if self.turn.exists(self.gate) {
            self.show(Subject::Overview);
        } else {
            self.turn.panel.walks.remove(&self.gate);
            let row = vec![Key::away(PanelLabel::Groups, Away::Groups)];
            let title = self.turn.title(self.gate);
            self.turn.show(Screen::Nothing, title, PanelText::GateGone, vec![row]);
        }
    }

    // Screens.

    /// Shows a subject; those who may change nothing see the overview only.
    pub fn show(&mut self, subject: Subject) {
        let page = match subject {
            Subject::Overview => overview::page(self),
            Subject::Roster => return roster::show(self),
            // Whoever looks after applicants need not be enrolled.
            Subject::Raid => raid::page(self),
            _ if !self.keeps() => return self.show_only(),
            Subject::Passwords => passwords::page(self),
            Subject::Channels => choices::channels_page(self),
            Subject::Addresses => addresses::page(self),
            Subject::Limits => choices::limits_page(self),
            Subject::Language => choices::language_page(self),
            Subject::Mode => choices::mode_page(self),
            Subject::LogChat => log_chat::page(self),
        };
        let Some(page) = page else { return self.show_only() };
        self.show_page(subject, page);
    }

    /// Shows a subject's page, with the buttons that lead on.
    pub fn show_page(&mut self, subject: Subject, Page { text, mut rows }: Page) {
        if self.is_draft() {
            self.turn.panel.walks.insert(self.gate, subject);
        }
        let mut step = None;
        if subject != Subject::Overview {
            if self.is_draft() {
                step = walk::step(self, subject);
                rows.extend(walk::rows(self, subject));
            } else {
                rows.push(vec![self.key(PanelLabel::Overview, Word::Subject(Subject::Overview))]);
            }
        }
        self.put(Screen::At(self.gate, subject), step, text, rows);
    }

    /// Asks for something to be typed; the way back is the subject's own screen.
    pub fn ask(
        &mut self,
        back: Subject,
        expected: Expected,
        text: PanelText,
        mut rows: Vec<Vec<Key>>,
    ) {
        rows.push(vec![self.key(PanelLabel::Back, Word::Subject(back))]);
        self.put(Screen::At(self.gate, back), None, text, rows);
        self.turn.await_typed(self.gate, expected);
    }

    /// Asks once before something that cannot be taken back.
    pub fn confirm(&mut self, back: Subject, pending: Pending, text: PanelText) {
        let rows = vec![vec![
            self.key(PanelLabel::Yes, Word::Yes),
            self.key(PanelLabel::No, Word::Subject(back)),
        ]];
        self.put(Screen::At(self.gate, back), None, text, rows);
        self.turn.panel.pending = Some(pending);
    }

    pub fn put(
        &mut self,
        screen: Screen,
        step: Option<(u32, u32)>,
        body: PanelText,
        rows: Vec<Vec<Key>>,
    ) {
        let note = self.note.take().map(Box::new);
        let text = if note.is_none() && step.is_none() {
            body
        } else {
            PanelText::Page { note, step, body: Box::new(body) }
        };
        let title = self.turn.title(self.gate);
        self.turn.show(screen, title, text, rows);
    }

    pub fn key(&self, label: PanelLabel, word: Word) -> Key {
        Key { label: Label::Panel(label), gate: self.gate, word }
    }

    /// A button for one of several choices; `now`: it is what is set.
    pub fn choice(&self, now: bool, choice: Choice, word: Word) -> Key {
        self.key(PanelLabel::Choice { now, choice }, word)
    }
}
