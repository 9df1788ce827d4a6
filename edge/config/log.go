package config

// Log has the settings of what the gateway logs.
type Log struct {
	Level  string `default:"info" enum:"debug,info,warn,error" help:"Lowest level to log: debug, info (a line for each GraphQL request), warn or error."`
	Format string `default:"auto" enum:"auto,json,text" help:"Format of the log: json, text, or auto (text on a terminal, otherwise json)."`
}
