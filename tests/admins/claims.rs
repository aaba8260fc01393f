//! Who may gate groups: the claim link of the first start, enrolment links.
