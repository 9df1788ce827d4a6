// Package http1 carries calls to a server over HTTP/1.1, in the goroutine of the caller: it writes a request to a
// connection, and reads the response from it. The client of net/http has two goroutines for each connection, and hands
// every request and every response over between them.
//
// It makes as many connections as calls overlap, up to a limit, and keeps them. A connection is used again after a
// response was read to its end, if the server has not closed it since, which is looked at before each request. What a
// response is, and where its body ends, net/http decides (http.ReadResponse) unless it is a usual one with a length, and
// it writes every request (http.Request.Write) that is not a plain read, so that both mean to servers and proxies what
// they mean elsewhere.
//
// It imports the standard library alone, and knows neither proxies nor HTTP/2.
package http1
