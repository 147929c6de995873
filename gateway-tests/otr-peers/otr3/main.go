// OTR versions 2 and 3 by the Go library otr3, for tests: one JSON command a line on stdin; on stdout
// one JSON event a line, the last one of each command "done". The words are those of otr-harness.ts.
//
// Usage: otr3-peer '{"fragmentAbove":0,"tags":false,"key":"FILE"}'
//
// Its key is in FILE, which is made if need be; without one, it ends with the program.
package main

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"os"
	"reflect"
	"time"
	"unsafe" // For go:linkname as well.

	"github.com/twstrike/otr3"
)

// After a handshake, otr3 is deaf to queries for a minute that no test wants to wait.
//
//go:linkname queryPause github.com/twstrike/otr3.timeoutLength
var queryPause time.Duration

type command struct {
	Op, Text, Secret, Question, Data, Key string
	Use                              uint32
	FragmentAbove                    uint16
	Tags                             bool
}

type event map[string]interface{}

var output = json.NewEncoder(os.Stdout)

func main() {
	var setup command
	must(json.Unmarshal([]byte(os.Args[1]), &setup))
	key := keyIn(setup.Key)

	c := &otr3.Conversation{Rand: rand.Reader}
	c.Policies.AllowV2()
	c.Policies.AllowV3()
	if setup.Tags {
		c.Policies.SendWhitespaceTag()
		c.Policies.WhitespaceStartAKE()
	}
	c.SetFragmentSize(setup.FragmentAbove)
	c.SetOurKeys([]otr3.PrivateKey{key})
	listener := listener{c}
	c.SetSecurityEventHandler(listener)
	c.SetSMPEventHandler(listener)
	c.SetErrorMessageHandler(listener)
	listenForExtraKey(c, listener)

	tell(event{"ev": "ready", "fingerprint": hex.EncodeToString(key.PublicKey().Fingerprint())})
	input := json.NewDecoder(os.Stdin)
	for {
		tell(event{"ev": "done"})
		var next command
		if input.Decode(&next) != nil {
			return
		}
		run(c, next)
	}
}

// keyIn reads and writes as the applications of otr3 do, in libotr's format.
func keyIn(file string) otr3.PrivateKey {
	if accounts, err := otr3.ImportKeysFromFile(file); err == nil {
		return accounts[0].Key
	}
	key := &otr3.DSAPrivateKey{}
	must(key.Generate(rand.Reader))
	if file != "" {
		must(otr3.ExportKeysToFile([]*otr3.Account{{Name: "peer", Protocol: "msrp", Key: key}}, file))
	}
	return key
}

func run(c *otr3.Conversation, it command) {
	switch it.Op {
	case "receive":
		text, replies, err := c.Receive(otr3.ValidMessage(it.Text))
		send(replies, err)
		if len(text) > 0 {
			tell(event{"ev": "text", "text": string(text)})
		}
	case "start":
		send([]otr3.ValidMessage{c.QueryMessage()}, nil)
	case "send":
		send(c.Send(otr3.ValidMessage(it.Text)))
	case "smpStart":
		send(c.StartAuthenticate(it.Question, []byte(it.Secret)))
	case "smpAnswer":
		send(c.ProvideAuthenticationSecret([]byte(it.Secret)))
	case "extraKey":
		key, messages, err := c.UseExtraSymmetricKey(it.Use, []byte(it.Data))
		send(messages, err)
		tell(event{"ev": "extraKey", "use": it.Use, "data": it.Data, "key": hex.EncodeToString(key)})
	case "end":
		send(c.End())
	case "fragmentAbove":
		c.SetFragmentSize(it.FragmentAbove)
	case "listen":
		queryPause = 0
	default:
		tell(event{"ev": "error", "error": "otr3 has no " + it.Op})
	}
}

func send(messages []otr3.ValidMessage, err error) {
	for _, message := range messages {
		tell(event{"ev": "wire", "text": string(message)})
	}
	if err != nil {
		tell(event{"ev": "error", "error": err.Error()})
	}
}

// listener is the application, as otr3 sees it.
type listener struct{ conversation *otr3.Conversation }

func (l listener) HandleSecurityEvent(what otr3.SecurityEvent) {
	if what == otr3.GoneInsecure {
		tell(event{"ev": "ended"})
		return
	}
	ssid := l.conversation.GetSSID()
	tell(event{
		"ev":          map[otr3.SecurityEvent]string{otr3.GoneSecure: "secure", otr3.StillSecure: "stillSecure"}[what],
		"fingerprint": hex.EncodeToString(l.conversation.GetTheirKey().Fingerprint()),
		"ssid":        hex.EncodeToString(ssid[:]),
	})
}

var smpSteps = map[otr3.SMPEvent]string{
	otr3.SMPEventError:        "error",
	otr3.SMPEventAbort:        "aborted",
	otr3.SMPEventCheated:      "cheated",
	otr3.SMPEventAskForAnswer: "asked",
	otr3.SMPEventAskForSecret: "asked",
	otr3.SMPEventInProgress:   "working",
	otr3.SMPEventSuccess:      "succeeded",
	otr3.SMPEventFailure:      "failed",
}

func (listener) HandleSMPEvent(what otr3.SMPEvent, _ int, question string) {
	tell(event{"ev": "smp", "step": smpSteps[what], "question": question})
}

func (listener) HandleErrorMessage(code otr3.ErrorCode) []byte {
	return []byte(code.String())
}

func (listener) ReceivedSymmetricKey(use uint32, data []byte, key []byte) {
	tell(event{"ev": "extraKey", "use": use, "data": string(data), "key": hex.EncodeToString(key)})
}

// listenForExtraKey reaches into the conversation: this version of otr3 calls a ReceivedKeyHandler, but
// exports no way to set one.
func listenForExtraKey(c *otr3.Conversation, handler otr3.ReceivedKeyHandler) {
	field := reflect.ValueOf(c).Elem().FieldByName("receivedKeyHandler")
	*(*otr3.ReceivedKeyHandler)(unsafe.Pointer(field.UnsafeAddr())) = handler
}

func tell(e event) {
	must(output.Encode(e))
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
