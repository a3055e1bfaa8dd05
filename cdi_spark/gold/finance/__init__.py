"""Money: conversion to one currency, the ledger and cash flow."""
