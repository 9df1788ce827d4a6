package mcp_test

import (
	"testing"

	"certql/graph/graphtest"
)

func TestMain(m *testing.M) { graphtest.Main(m) }
