// Command genqlient lists the reviewer's queue by a client that genqlient generates:
//
//	TOKEN=… go run . http://localhost:8080/graphql
//
// On the sandbox, no token is needed.
package main

//go:generate go tool genqlient

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"

	"github.com/Khan/genqlient/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

func main() {
	client := graphql.NewClient(os.Args[1], &http.Client{Transport: bearer(os.Getenv("TOKEN"))})
	queue, err := Queue(context.Background(), client, 5)
	var refused gqlerror.List
	if errors.As(err, &refused) {
		err = fmt.Errorf("%v: %w", refused[0].Extensions["code"], err)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for _, certification := range queue.Certifications.Nodes {
		fmt.Println(*certification.Due, *certification.Name)
	}
}

// bearer sends requests with an access token, if it is not empty.
type bearer string

func (token bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	if token != "" {
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", "Bearer "+string(token))
	}
	return http.DefaultTransport.RoundTrip(r)
}
