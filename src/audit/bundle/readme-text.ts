/** Returns the text that explains the files of a bundle. */
export function readmeText(recordingId: string): string {
  return `CONFIDENTIAL: this folder contains a recording and the key that opens it.

This is all that the Face-to-Face Interaction Recorder knows about the recording
${recordingId}, with the proof of it. Nothing of any other recording is in it.

Begin with report.html. It needs no network and runs no program.

report.html     what happened, for people
recording.mp4   the whole recording, playable, with a card in every gap
segments/       what was recorded, as it is stored: encrypted files (age v1)
identity.txt    the key of this recording, for the program age
events.jsonl    every event of the recording as it is stored, with the proof that it is in the log
checkpoint.txt  what the log has signed: how long it is, and its root (C2SP signed note)
keys.txt        the keys that sign the log, each with the position from which it signs
cosigned/       a checkpoint that outside witnesses have signed, too, where that is configured
timestamps/     when a checkpoint existed at the latest (RFC 3161), where that is configured
consistency/    the proof that the log begins with those checkpoints
manifest.json   size and SHA-256 of every file here
verify.py       checks all of it. It needs Python 3 and nothing else

To check everything:       python3 verify.py
To open a stored file:     age -d -i identity.txt segments/NAME.ogg.age > NAME.ogg

Compare the key in keys.txt with the one that the operator of the recorder has given you by another
way. Otherwise you only know that these files agree with each other.
`
}
