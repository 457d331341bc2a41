import assert from 'node:assert/strict'
import { userInfo } from 'node:os'
import { userName } from '../../src/home/user-name.ts'
import { suite } from '../support/suite.ts'

suite('the name of the user', (test) => {
  test('is that of the account, or its number where it has none, as in a container', () => {
    assert.equal(userName(), userInfo().username)
    const nobody = () => {
      throw new Error('A system error occurred: uv_os_get_passwd returned ENOENT')
    }
    assert.match(userName(nobody), /^uid \d+$/)
  })
})
