package config

// Log are the settings of what the gateway logs.
type Log struct {
	Level  string `default:"info" enum:"debug,info,warn,error" help:"What is logged at least: debug, info (a line for each GraphQL request), warn or error."`
	Format string `default:"auto" enum:"auto,json,text" help:"How it is logged: json, text, or auto (text on a terminal, else json)."`
}
