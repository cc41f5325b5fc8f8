/// <reference types="novnc__novnc" />
