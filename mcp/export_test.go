package mcp

// Check returns what is wrong with the arguments of a call of a tool; nil if they fit.
func (t *Tools) Check(name, arguments string) error {
	for _, each := range t.list {
		if each.name == name {
			return each.check([]byte(arguments))
		}
	}
	panic("there is no tool " + name)
}

// Advised returns the codes that there is advice on.
func Advised() []string {
	var codes []string
	for code := range advice {
		codes = append(codes, code)
	}
	return codes
}
