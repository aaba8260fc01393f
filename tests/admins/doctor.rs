//! What is set up wrongly in a group: found, told, and gone once it is mended.
