//! From a group without a gate to an open one, in the admin's private chat.
