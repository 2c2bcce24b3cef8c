"""The ledger 台账: every case with its order, to be filtered, shown, printed and taken along."""
