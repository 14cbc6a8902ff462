import { EdgeError } from '../error.ts'

const CONTACT = /^(?:https?:\/\/|mailto:)\S+$/i

/** @throws EdgeError `invalid_contact` if visitors cannot write to it */
export const checkContact = (contact: string | undefined): void => {
  if (contact === undefined || CONTACT.test(contact)) return
  throw new EdgeError(
    'invalid_contact',
    `contact "${contact}": expected https://…, http://… or mailto:…, with ::RAY_ID:: in place of the Ray ID`
  )
}
