// Makes go-sumdb.json: go run . > go-sumdb.json, with golang.org/x/mod/sumdb (Debian 12:
// golang-go, golang-golang-x-mod-dev; a go.mod that replaces golang.org/x/mod by
// /usr/share/gocode/src/golang.org/x/mod). The tests only read what it made.
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const most = 70

type memory []tlog.Hash

func (m memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		out[i] = m[x]
	}
	return out, nil
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

type proof struct {
	A      int64    `json:"a"`
	B      int64    `json:"b"`
	Hashes []string `json:"hashes"`
}

func b64(hs []tlog.Hash) []string {
	out := []string{}
	for _, h := range hs {
		out = append(out, base64.StdEncoding.EncodeToString(h[:]))
	}
	return out
}

func skey(name string, seed []byte) (string, string) {
	pub := ed25519.NewKeyFromSeed(seed)[32:]
	vkey, err := note.NewEd25519VerifierKey(name, ed25519.PublicKey(pub))
	must(err)
	pubkey := append([]byte{1}, pub...)
	h := sha256.New()
	h.Write([]byte(name + "\n"))
	h.Write(pubkey)
	id := binary.BigEndian.Uint32(h.Sum(nil))
	return fmt.Sprintf("PRIVATE+KEY+%s+%08x+%s", name, id, base64.StdEncoding.EncodeToString(append([]byte{1}, seed...))), vkey
}

func main() {
	var m memory
	roots := []string{}
	inclusionDigests := []string{}
	consistencyDigests := []string{}
	inclusion, consistency := []proof{}, []proof{}
	for n := int64(0); n <= most; n++ {
		root, err := tlog.TreeHash(n, m)
		must(err)
		roots = append(roots, base64.StdEncoding.EncodeToString(root[:]))
		hi, hc := sha256.New(), sha256.New()
		for i := int64(0); i < n; i++ {
			p, err := tlog.ProveRecord(n, i, m)
			must(err)
			fmt.Fprintf(hi, "%d\n", len(p))
			for _, h := range p {
				hi.Write(h[:])
			}
			if (n == 70 && (i == 0 || i == 41 || i == 69)) || (n == 1) {
				inclusion = append(inclusion, proof{i, n, b64(p)})
			}
		}
		for from := int64(1); from <= n; from++ {
			p, err := tlog.ProveTree(n, from, m)
			must(err)
			fmt.Fprintf(hc, "%d\n", len(p))
			for _, h := range p {
				hc.Write(h[:])
			}
			if n == 70 && (from == 1 || from == 37 || from == 64 || from == 70) {
				consistency = append(consistency, proof{from, n, b64(p)})
			}
		}
		inclusionDigests = append(inclusionDigests, hex.EncodeToString(hi.Sum(nil)))
		consistencyDigests = append(consistencyDigests, hex.EncodeToString(hc.Sum(nil)))
		hashes, err := tlog.StoredHashes(n, []byte(fmt.Sprintf("record %d", n)), m)
		must(err)
		m = append(m, hashes...)
	}
	// A large tree, whose stored subtrees have three heights.
	const large = 66000
	for n := int64(most + 1); n < large; n++ {
		hashes, err := tlog.StoredHashes(n, []byte(fmt.Sprintf("record %d", n)), m)
		must(err)
		m = append(m, hashes...)
	}
	largeRoot, err := tlog.TreeHash(large, m)
	must(err)
	largeInclusion, err := tlog.ProveRecord(large, 12345, m)
	must(err)
	largeConsistency, err := tlog.ProveTree(large, 54321, m)
	must(err)
	oldRoot, err := tlog.TreeHash(54321, m)
	must(err)

	seed := make([]byte, 32)
	for i := range seed {
		seed[i] = byte(i)
	}
	sk, vk := skey("example.com/log", seed)
	seed2 := make([]byte, 32)
	seed2[0] = 0xff
	sk2, vk2 := skey("örtlich.example", seed2)
	s1, err := note.NewSigner(sk)
	must(err)
	s2, err := note.NewSigner(sk2)
	must(err)
	v1, err := note.NewVerifier(vk)
	must(err)
	v2, err := note.NewVerifier(vk2)
	must(err)
	text := "example.com/log\n70\n" + roots[70] + "\n"
	one, err := note.Sign(&note.Note{Text: text}, s1)
	must(err)
	two, err := note.Sign(&note.Note{Text: "Grüße\n\nmit Leerzeile\n"}, s1, s2)
	must(err)

	// Notes as others may write them, and whether Go opens them with both keys, and with the first.
	line := func(n []byte) string {
		for i := len(n) - 2; ; i-- {
			if n[i] == '\n' {
				return string(n[i+1:])
			}
		}
	}
	l := line(one)
	flipped := []byte(l)
	flipped[len(flipped)-8] ^= 1
	unknown := "— somebody.example AAAAAAEC\n"
	candidates := map[string]string{
		"one": string(one), "two": string(two),
		"unknown before":           text + "\n" + unknown + l,
		"unknown only":             text + "\n" + unknown,
		"flipped signature":        text + "\n" + string(flipped),
		"good and flipped unknown": text + "\n" + l + "— örtlich.example AAAAAAEC\n",
		"changed text":             "x" + string(one),
		"no signature":             text + "\n",
		"no empty line":            text + l,
		"no last line feed":        string(one[:len(one)-1]),
		"no text":                  "\n" + l,
		"only signatures":          l,
		"carriage return":          text + "\r\n\n" + l,
		"tab in text":              "a\tb\n\n" + l,
		"hyphen for dash":          text + "\n-" + l[3:],
		"two spaces":               text + "\n—  " + l[4:],
		"no name":                  text + "\n— " + l[4+len("example.com/log")+1:],
		"plus in name":             text + "\n" + l + "— a+b AAAAAAEC\n",
		"no-break space in name":   text + "\n" + l + "— a\u00a0b AAAAAAEC\n",
		"only the id":              text + "\n" + l + "— somebody.example AAAAAA==\n",
		"not base64":               text + "\n" + l + "— somebody.example A*AAAAEC\n",
		"third word":               text + "\n" + l + "— somebody.example AAAAAAEC x\n",
		"empty line at the end":    string(one) + "\n",
		"invalid UTF-8":            "\xff\n\n" + l,
	}
	type judged struct {
		Name   string `json:"name"`
		Base64 string `json:"base64"`
		Opens  bool   `json:"opens"`
	}
	notes := []judged{}
	names := []string{}
	for name := range candidates {
		names = append(names, name)
	}
	for i := range names {
		for j := i + 1; j < len(names); j++ {
			if names[j] < names[i] {
				names[i], names[j] = names[j], names[i]
			}
		}
	}
	for _, name := range names {
		_, err := note.Open([]byte(candidates[name]), note.VerifierList(v1, v2))
		notes = append(notes, judged{name, base64.StdEncoding.EncodeToString([]byte(candidates[name])), err == nil})
	}
	out := map[string]interface{}{
		"about":              "Made once by golang.org/x/mod/sumdb/tlog and note (Debian 12: golang-golang-x-mod-dev, Go 1.19). Record i is the text 'record <i>'. A digest is the SHA-256 over all proofs of a size, in order: for each its number of hashes in decimal, a line feed, its hashes.",
		"roots":              roots,
		"inclusionDigests":   inclusionDigests,
		"consistencyDigests": consistencyDigests,
		"inclusion":          inclusion,
		"consistency":        consistency,
		"large": map[string]interface{}{
			"size": large, "root": base64.StdEncoding.EncodeToString(largeRoot[:]),
			"index": 12345, "inclusion": b64(largeInclusion),
			"from": 54321, "fromRoot": base64.StdEncoding.EncodeToString(oldRoot[:]), "consistency": b64(largeConsistency),
		},
		"keys": []map[string]string{
			{"name": "example.com/log", "secret": hex.EncodeToString(seed), "vkey": vk},
			{"name": "örtlich.example", "secret": hex.EncodeToString(seed2), "vkey": vk2},
		},
		"signed": []map[string]interface{}{
			{"text": text, "keys": 1, "note": string(one)},
			{"text": "Grüße\n\nmit Leerzeile\n", "keys": 2, "note": string(two)},
		},
		"notes": notes,
	}
	e := json.NewEncoder(os.Stdout)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	must(e.Encode(out))
}
