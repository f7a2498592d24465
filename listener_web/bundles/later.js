/**
 * The scripts that an attendee may need some seconds after the captions, as one file. It comes by one request, over
 * a connection that is open already, while the captions flow by another one. In a hall that opens the page at the
 * same moment each connection and each request counts.
 */
import { Announcements } from '../announcements/announcements.js';
import { DataSaving } from '../data/data-saving.js';
import { Device } from '../device/device.js';
import { LanguageList } from '../languages/language-list.js';
import { LanguageSheet } from '../languages/language-sheet.js';
import { ReadingTools } from '../reading/tools.js';

export const later = { Announcements, DataSaving, Device, LanguageList, LanguageSheet, ReadingTools };
