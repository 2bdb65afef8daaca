//! A whole Algorand development network behind algod's REST interface.
