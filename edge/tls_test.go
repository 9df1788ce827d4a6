package edge_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"certql/edge"
)

// writeCertificate writes a certificate that vouches for itself, and its key.
func writeCertificate(t *testing.T) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"}}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return writeFile(t, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}))),
		writeFile(t, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})))
}

func TestTLSIsWhatTheFilesSay(t *testing.T) {
	certFile, keyFile := writeCertificate(t)
	config, err := edge.TLSFiles{CertFile: certFile, KeyFile: keyFile, ClientCAFile: certFile}.Load()
	if err != nil {
		t.Fatal(err)
	}
	if config.ClientAuth != tls.VerifyClientCertIfGiven || config.ClientCAs == nil || len(config.Certificates) != 1 || config.MinVersion < tls.VersionTLS12 {
		t.Errorf("got %+v", config)
	}
	config, err = edge.TLSFiles{CertFile: certFile, KeyFile: keyFile}.Load()
	if err != nil || config.ClientAuth != tls.NoClientCert {
		t.Errorf("without an authority: %+v, %v", config, err)
	}
	if config, err := (edge.TLSFiles{}).Load(); config != nil || err != nil {
		t.Errorf("without files: %+v, %v", config, err)
	}
	tests := map[string]struct {
		config edge.TLSFiles
		want   string
	}{
		"no key":             {edge.TLSFiles{CertFile: certFile, KeyFile: "/absent"}, "--tls-cert-file: "},
		"key of nothing":     {edge.TLSFiles{CertFile: certFile, KeyFile: certFile}, "--tls-cert-file: "},
		"no authority":       {edge.TLSFiles{CertFile: certFile, KeyFile: keyFile, ClientCAFile: "/absent"}, "--tls-client-ca-file: "},
		"authority is a key": {edge.TLSFiles{CertFile: certFile, KeyFile: keyFile, ClientCAFile: keyFile}, "--tls-client-ca-file: "},
	}
	for name, test := range tests {
		if _, err := test.config.Load(); err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
}
