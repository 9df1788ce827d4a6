package graph

// Unprojected returns the settings of a gateway that has gqlgen execute every field.
func (c Config) Unprojected() Config {
	c.unprojected = true
	return c
}
