package load

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
)

func TestAMemoReadsOnce(t *testing.T) {
	for _, failure := range []error{nil, errors.New("refused")} {
		synctest.Test(t, func(t *testing.T) {
			var m memo[int]
			n, letGo := 0, make(chan struct{})
			var group sync.WaitGroup
			ask := func() {
				value, err := m.do(t.Context(), "a", func() (int, error) {
					n++
					<-letGo
					return 7, failure
				})
				if value != 7 || !errors.Is(err, failure) {
					t.Errorf("got %d, %v; want 7, %v", value, err, failure)
				}
			}
			for range 3 {
				group.Go(ask)
			}
			synctest.Wait()
			close(letGo)
			group.Wait()
			ask() // when it is over
			if n != 1 {
				t.Errorf("read %d times", n)
			}
			m.forget()
			ask()
			if n != 2 {
				t.Errorf("read %d times once it was forgotten", n)
			}
		})
	}
}

// A caller that waits for another's read leaves at the end of its own context, and the read goes on.
func TestACallerThatWaitsForAMemoMayLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m memo[int]
		letGo := make(chan struct{})
		var group sync.WaitGroup
		group.Go(func() {
			value, err := m.do(t.Context(), "a", func() (int, error) { <-letGo; return 7, nil })
			if value != 7 || err != nil {
				t.Errorf("the reader got %d, %v", value, err)
			}
		})
		synctest.Wait()
		leaving, leave := context.WithCancel(t.Context())
		left := false
		group.Go(func() {
			_, err := m.do(leaving, "a", nil)
			if left = true; !errors.Is(err, context.Canceled) {
				t.Errorf("who left got %v", err)
			}
		})
		synctest.Wait()
		leave()
		synctest.Wait()
		if !left {
			t.Error("who left waits to the end")
		}
		close(letGo)
		group.Wait()
	})
}

// If a read was ended by its own reader's context, the others read again.
func TestAMemoIsReadAgainIfItsReaderLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m memo[int]
		leaving, leave := context.WithCancel(t.Context())
		var group sync.WaitGroup
		group.Go(func() {
			_, err := m.do(leaving, "a", func() (int, error) { <-leaving.Done(); return 0, leaving.Err() })
			if !errors.Is(err, context.Canceled) {
				t.Errorf("who left got %v", err)
			}
		})
		synctest.Wait()
		n := 0
		group.Go(func() {
			if _, err := m.do(Ahead(t.Context()), "a", nil); !errors.Is(err, context.Canceled) {
				t.Errorf("who reads ahead got %v", err)
			}
		})
		for range 2 {
			group.Go(func() {
				value, err := m.do(t.Context(), "a", func() (int, error) { n++; return 7, nil })
				if value != 7 || err != nil {
					t.Errorf("who stayed got %d, %v", value, err)
				}
			})
		}
		synctest.Wait()
		leave()
		group.Wait()
		if n != 1 {
			t.Errorf("read %d times anew", n)
		}
	})
}

// A read that panics does so in its reader. The others get an error.
func TestAMemoOutlivesAPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m memo[int]
		letGo := make(chan struct{})
		var group sync.WaitGroup
		group.Go(func() {
			defer func() {
				if recover() == nil {
					t.Error("the reader did not see the panic")
				}
			}()
			_, _ = m.do(t.Context(), "a", func() (int, error) { <-letGo; panic("broken") })
		})
		synctest.Wait()
		group.Go(func() {
			if _, err := m.do(t.Context(), "a", nil); !errors.Is(err, errReadEnded) {
				t.Errorf("who waited got %v", err)
			}
		})
		synctest.Wait()
		close(letGo)
		group.Wait()
	})
}
