// Package config has the settings of the program: their options, variables, defaults and help, what
// is allowed of them, and how they are read and printed.
//
// It imports edge and edge/telemetry to check what settings name, such as files of keys and
// certificates. Neither of them imports it: each is handed what it needs as a value.
package config
