package kpisuite

// Version is the version of this module, that of the suite.
const Version = "0.1.0"
